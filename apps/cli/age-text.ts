const units = [
  { name: "day", seconds: 86_400 },
  { name: "hour", seconds: 3_600 },
  { name: "minute", seconds: 60 },
] as const;

/** How long ago something was, in its largest unit: `2 hours ago`. Clocks that differ a little read as just now. */
export function ageText(then: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1_000);
  for (const unit of units) {
    const count = Math.floor(seconds / unit.seconds);
    if (count >= 1) return `${count} ${unit.name}${count === 1 ? "" : "s"} ago`;
  }
  return seconds < 5 ? "just now" : `${seconds} seconds ago`;
}
