type Element = string | number | bigint | boolean | Date | null;

/** What JSON would write as an escape that an array literal does not know. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const beyondQuotes = /[\u0000-\u001f\ud800-\udfff]/;

/**
 * Values as one text that PostgreSQL reads as an array: `${arrayLiteral(ids)}::uuid[]`. For the many rows of one statement: a list
 * would be walked, copied and escaped element by element by Prisma and by the driver, a text is sent as it is. Instants are
 * RFC 3339 in UTC.
 */
export function arrayLiteral(values: readonly Element[]): string {
  return `{${values.map(elementOf).join(",")}}`;
}

function elementOf(value: Element): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoted(value);
  return value instanceof Date ? `"${value.toISOString()}"` : `${value}`;
}

/** JSON escapes quotes and backslashes as an array literal does, and natively. */
function quoted(text: string): string {
  return beyondQuotes.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : JSON.stringify(text);
}
