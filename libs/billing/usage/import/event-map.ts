import { domainError, type ErrorPlace } from "#libs/core/errors.ts";

/** Where one field of an event comes from: a column (CSV) or dot path (NDJSON), or the same text for every row. */
export type FieldOrigin =
  | { readonly target: string; readonly column: string }
  | { readonly target: string; readonly constant: string };

const targets: readonly string[] = [
  ...["id", "source", "event_type", "meter", "customer", "subscription", "timestamp", "value", "properties"],
];

/** Whether it is a field of an event, in the words of the API; single properties are `properties.NAME`. */
export function isEventField(name: string): boolean {
  return targets.includes(name) || (name.startsWith("properties.") && name.length > "properties.".length);
}

/**
 * Reads a map such as `customer=org_id,timestamp=ts,event_type=:api_call,properties.region=region`: each field of the
 * event and its column; after `:` stands a constant. A part with a comma in it is put in double quotes, `""` for a quote.
 * @throws `import_map_invalid`
 */
export function parseEventMap(text: string): FieldOrigin[] {
  const faults: ErrorPlace[] = [];
  const origins: FieldOrigin[] = [];
  for (const pair of splitPairs(text)) {
    const origin = readPair(pair);
    if (typeof origin === "string") faults.push(fault(pair.text, origin));
    else if (origins.some((other) => other.target === origin.target)) {
      faults.push(fault(pair.text, `${origin.target} is mapped twice`));
    } else origins.push(origin);
  }
  refuse(faults);
  checkEventMap(origins);
  return origins;
}

/** @throws `import_map_invalid` when the fields do not make an event */
export function checkEventMap(origins: readonly FieldOrigin[]): void {
  const mapped = new Set(origins.map((origin) => origin.target));
  const faults: ErrorPlace[] = [];
  for (const name of ["customer", "timestamp"]) {
    if (!mapped.has(name)) faults.push(fault(name, `nothing says where ${name} comes from`));
  }
  if (mapped.has("event_type") === mapped.has("meter")) {
    const message = mapped.has("meter")
      ? "either event_type or meter comes from somewhere, not both"
      : "nothing says where event_type or meter comes from";
    faults.push(fault("event_type", message));
  }
  const single = origins.find((origin) => origin.target.startsWith("properties."));
  if (mapped.has("properties") && single !== undefined) {
    faults.push(fault(single.target, "properties is mapped as a whole already"));
  }
  refuse(faults);
}

type Pair = { readonly text: string; readonly target: string; readonly origin: string | null };

function readPair({ target, origin }: Pair): FieldOrigin | string {
  if (origin === null) return "each part is field=column or field=:constant";
  if (!isEventField(target)) {
    return `"${target}" is no field of an event: ${targets.join(", ")}, properties.NAME`;
  }
  if (origin.startsWith(":")) {
    return origin.length === 1 ? "after : stands the constant" : { target, constant: origin.slice(1) };
  }
  return origin === "" ? "after = stands a column, or : and a constant" : { target, column: origin };
}

function splitPairs(text: string): Pair[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,"]|")+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const whole = unquote(part);
      const at = whole.indexOf("=");
      if (at === -1) return { text: whole, target: whole, origin: null };
      const target = whole.slice(0, at).trim();
      return { text: whole, target, origin: unquote(whole.slice(at + 1).trim()) };
    });
}

function unquote(text: string): string {
  return /^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function fault(path: string, message: string): ErrorPlace {
  return { path, code: "import_map_invalid", message };
}

function refuse(errors: readonly ErrorPlace[]): void {
  if (errors.length === 0) return;
  const message = errors.map((each) => each.message).join("; ");
  throw domainError("import_map_invalid", message, { errors });
}
