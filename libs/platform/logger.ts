import winston from "winston";

export type Logger = winston.Logger;

const secretField = /pass(word)?|secret|token|authorization|api_?key|cookie|signature/i;
const secretValue = /\b(bw_(live|test)_|sk_(live|test)_|whsec_|SG\.)[A-Za-z0-9_.-]+/g;

/** Replaces what must never be logged: fields with a secret's name and values that look like keys. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return value.replace(secretValue, "$1[redacted]");
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object" || depth > 6) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) {
    return { name: value.name, message: redact(value.message), stack: redact(value.stack) };
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      secretField.test(key) ? "[redacted]" : redact(item, depth + 1),
    ]),
  );
}

const redacting = winston.format((info) => {
  for (const key of Object.keys(info)) {
    info[key] = secretField.test(key) ? "[redacted]" : redact(info[key]);
  }
  return info;
});

/**
 * Structured logs on standard output, or on standard error when standard output is for people.
 * Fields of the billing steps: subscription_id, period_start, period_end, billing_sequence, invoice_number.
 */
export function createLogger(options: {
  readonly level: string;
  readonly format: "json" | "pretty";
  readonly process: string;
  readonly toStderr?: boolean;
  readonly silent?: boolean;
}): Logger {
  const { combine, timestamp, json, errors, printf } = winston.format;
  const pretty = printf(({ timestamp: at, level, message, process: name, ...rest }) => {
    const fields = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
    return `${String(at)} ${level} ${String(name)} ${String(message)}${fields}`;
  });
  return winston.createLogger({
    level: options.level,
    silent: options.silent ?? false,
    defaultMeta: { process: options.process },
    format: combine(
      timestamp(),
      errors({ stack: true }),
      redacting(),
      options.format === "json" ? json() : pretty,
    ),
    transports: [
      new winston.transports.Console(
        options.toStderr ? { stderrLevels: ["error", "warn", "info", "debug"] } : {},
      ),
    ],
  });
}
