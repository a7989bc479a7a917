const textMax = 160;
const listMax = 4;
const wholeMax = 700;

/** An answer as one line for a reader: without what is empty, long texts and lists cut, and what was left out said. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(cut(value));
  return text.length <= wholeMax ? text : `${text.slice(0, wholeMax)}... (${text.length} characters)`;
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return value.length > textMax ? `${value.slice(0, textMax)}...` : value;
  if (Array.isArray(value)) {
    const left = value.length - listMax;
    return [...value.slice(0, listMax).map(cut), ...(left > 0 ? [`... ${left} more`] : [])];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !isEmpty(item))
      .map(([name, item]) => [name, cut(item)]),
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
