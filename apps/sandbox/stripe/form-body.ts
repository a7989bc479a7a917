import { parameterError } from "./stripe-error.ts";

/** A decoded form: text, or a map of names (an array is a map of "0", "1"...). Maps keep `__proto__` harmless. */
export type FormValue = string | FormMap;
export type FormMap = Map<string, FormValue>;

const maxDepth = 8;

/**
 * Decodes Stripe's form notation: `a[b]=1` nests, `a[]=1` appends, `a[0][b]=1` indexes.
 * @throws StripeError when one name is both a text and a map, or is nested too deep
 */
export function parseFormBody(pairs: Iterable<readonly [string, string]>): FormMap {
  const root: FormMap = new Map();
  for (const [name, value] of pairs) place(root, splitName(name), value, name);
  return root;
}

function splitName(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  return [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
}

function place(root: FormMap, keys: readonly string[], value: string, name: string): void {
  if (keys.length > maxDepth)
    throw parameterError(`Parameters may nest ${maxDepth} deep: ${name}`, { param: name });
  let map = root;
  keys.forEach((key, depth) => {
    const own = key === "" ? String(map.size) : key;
    if (depth === keys.length - 1) {
      map.set(own, value);
      return;
    }
    const inner = map.get(own) ?? new Map<string, FormValue>();
    if (typeof inner === "string")
      throw parameterError(`Invalid nesting of parameters: ${name}`, { param: name });
    map.set(own, inner);
    map = inner;
  });
}

/** The form as plain data, keys sorted: for the journal and for comparing two requests. */
export function formToPlain(value: FormValue): unknown {
  if (typeof value === "string") return value;
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key === "__proto__" ? "\\__proto__" : key, formToPlain(inner)]),
  );
}
