/** SQLSTATE classes that blame the data: 22 (data exception), 23 (integrity), P0 (raised by our own triggers). */
const blamesData = /^(22|23|P0)[0-9A-Z]{3}$/;

/** Whether the database refused the data itself, so that trying again with the same data cannot help. */
export function isBadData(error: unknown, depth = 0): boolean {
  if (error === null || typeof error !== "object" || depth > 5) return false;
  const fields: Readonly<Record<string, unknown>> = { ...error };
  const codes = [fields["code"], fields["originalCode"], "code" in error ? error.code : undefined];
  if (codes.some((code) => typeof code === "string" && blamesData.test(code))) return true;
  const inner = [
    fields["meta"],
    fields["driverAdapterError"],
    error instanceof Error ? error.cause : fields["cause"],
  ];
  return inner.some((next) => isBadData(next, depth + 1));
}
