/** A table as a download (RFC 4180); the first line names the columns. */
export function csvAnswer<Row extends object>(
  name: string,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
): {
  readonly content: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const lines = rows.map((row) => columns.map((column) => csvCell(row[column])).join(","));
  return {
    content: `${[columns.join(","), ...lines].join("\r\n")}\r\n`,
    contentType: "text/csv; charset=utf-8",
    headers: { "Content-Disposition": `attachment; filename="${name}.csv"` },
  };
}

/** What begins as a formula does and is no number is kept a text by the apostrophe that spreadsheets take for that. */
function csvCell(value: unknown): string {
  const written = value === null || value === undefined ? "" : String(value);
  const isFormula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(written) && !/^-\d+(\.\d+)?$/.test(written);
  const harmless = isFormula ? `'${written}` : written;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
