import { ageText } from "./age-text.ts";

const now = new Date("2026-03-01T12:00:00Z");

test.each([
  ["2026-03-01T12:00:01Z", "just now"],
  ["2026-03-01T11:59:56Z", "just now"],
  ["2026-03-01T11:59:30Z", "30 seconds ago"],
  ["2026-03-01T11:59:00Z", "1 minute ago"],
  ["2026-03-01T10:00:01Z", "1 hour ago"],
  ["2026-02-26T12:00:00Z", "3 days ago"],
])("%s is %s", (then, text) => expect(ageText(new Date(then), now)).toBe(text));
