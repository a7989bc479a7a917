import type { FormMap, FormValue } from "./form-body.ts";
import { parameterError, unsupportedError } from "./stripe-error.ts";

/** How one parameter is read. `path` is its full name in Stripe's notation, for messages. */
export type Param<T> = { readonly read: (value: FormValue, path: string) => T; readonly required?: true };
type RequiredParam<T> = Param<T> & { readonly required: true };
export type ParamShape = Readonly<Record<string, Param<unknown>>>;

export type Params<S extends ParamShape> = {
  readonly [K in keyof S]: S[K] extends RequiredParam<infer T>
    ? T
    : S[K] extends Param<infer T>
      ? T | undefined
      : never;
};

/** Reads a form against its shape; `expand` is always allowed and read elsewhere. */
export function readParams<const S extends ParamShape>(form: FormMap, shape: S): Params<S> {
  return readShape(form, { expand: anything, ...shape }, "") as Params<S>;
}

function readShape(form: FormMap, shape: ParamShape, prefix: string): Record<string, unknown> {
  const nameOf = (key: string): string => (prefix === "" ? key : `${prefix}[${key}]`);
  for (const key of form.keys()) {
    if (Object.hasOwn(shape, key)) continue;
    const path = nameOf(key);
    throw parameterError(`Received unknown parameter: ${path}`, { code: "parameter_unknown", param: path });
  }
  const result: Record<string, unknown> = {};
  for (const [key, param] of Object.entries(shape)) {
    const value = form.get(key);
    if (value !== undefined) result[key] = param.read(value, nameOf(key));
    else if (param.required) throw missing(nameOf(key));
  }
  return result;
}

function missing(path: string): Error {
  return parameterError(`Missing required param: ${path}.`, { code: "parameter_missing", param: path });
}

function textOf(value: FormValue, path: string, kind: string): string {
  if (typeof value === "string") return value;
  throw parameterError(`Invalid ${kind}: ${path} must not be nested.`, { param: path });
}

/** Marks a parameter that must be there. */
export function required<T>(param: Param<T>): RequiredParam<T> {
  return { ...param, required: true };
}

/** A text that is not empty. */
export function text(maxLength = 5000): Param<string> {
  return {
    read: (value, path) => {
      const read = textOf(value, path, "string");
      if (read === "") {
        throw parameterError(
          `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
          {
            code: "parameter_invalid_empty",
            param: path,
          },
        );
      }
      if (read.length > maxLength) throw tooLong(path, maxLength, read.length);
      return read;
    },
  };
}

/** A text, or null when it is sent empty to unset it. */
export function textOrUnset(maxLength = 5000): Param<string | null> {
  return {
    read: (value, path) => {
      const read = textOf(value, path, "string");
      if (read.length > maxLength) throw tooLong(path, maxLength, read.length);
      return read === "" ? null : read;
    },
  };
}

function tooLong(path: string, maxLength: number, length: number): Error {
  return parameterError(`Invalid string: ${path} must be at most ${maxLength} characters, was ${length}.`, {
    param: path,
  });
}

/** A whole number within the range of JavaScript's exact integers. */
export const integer: Param<number> = {
  read: (value, path) => {
    const read = textOf(value, path, "integer");
    const number = Number(read);
    if (/^[+-]?\d+$/.test(read) && Number.isSafeInteger(number)) return number;
    throw parameterError(`Invalid integer: ${read}`, { code: "parameter_invalid_integer", param: path });
  },
};

/** A decimal string of at most 12 decimals, kept as text. */
export const decimal: Param<string> = {
  read: (value, path) => {
    const read = textOf(value, path, "decimal");
    if (/^-?\d{1,15}(\.\d{1,12})?$/.test(read)) return read;
    throw parameterError(`Invalid decimal: ${read}`, { param: path });
  },
};

export const flag: Param<boolean> = {
  read: (value, path) => {
    const read = textOf(value, path, "boolean");
    if (read === "true" || read === "1") return true;
    if (read === "false" || read === "0") return false;
    throw parameterError(`Invalid boolean: ${read}`, { param: path });
  },
};

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly W[]): Param<W> {
  return {
    read: (value, path) => {
      const read = textOf(value, path, "string");
      const word = words.find((candidate) => candidate === read);
      if (word !== undefined) return word;
      throw parameterError(`Invalid ${path}: must be one of ${words.join(", ")}`, { param: path });
    },
  };
}

/** A map of named parameters. */
export function group<const S extends ParamShape>(shape: S): Param<Params<S>> {
  return {
    read: (value, path) => {
      if (typeof value !== "string") return readShape(value, shape, path) as Params<S>;
      throw parameterError("Invalid hash", { param: path });
    },
  };
}

/** An array of groups or texts. */
export function listOf<T>(item: Param<T>, maxLength = 1000): Param<readonly T[]> {
  return {
    read: (value, path) => {
      if (typeof value === "string") {
        if (value === "") return [];
        throw parameterError("Invalid array", { param: path });
      }
      if (value.size > maxLength) {
        throw parameterError(`Array ${path} exceeded maximum ${maxLength} allowed elements.`, {
          param: path,
        });
      }
      return [...value].map(([key, inner]) => item.read(inner, `${path}[${key}]`));
    },
  };
}

/** New metadata values by key; null unsets one key, the empty string for the whole unsets all. */
type MetadataChange = ReadonlyMap<string, string | null> | "clear";

export const metadata: Param<MetadataChange> = {
  read: (value, path) => {
    if (value === "") return "clear";
    if (typeof value === "string") throw parameterError("Invalid hash", { param: path });
    const change = new Map<string, string | null>();
    for (const [key, inner] of value) {
      const read = textOf(inner, `${path}[${key}]`, "metadata value");
      if (key.length > 40)
        throw parameterError("Metadata keys can be up to 40 characters long.", { param: path });
      if (read.length > 500)
        throw parameterError("Metadata values can be up to 500 characters long.", {
          param: `${path}[${key}]`,
        });
      change.set(key, read === "" ? null : read);
    }
    return change;
  },
};

/** Applies a metadata change to what an object has. At most 50 keys. */
export function changeMetadata(
  current: Readonly<Record<string, string>> | null,
  change: MetadataChange | undefined,
): Record<string, string> {
  const next = new Map(Object.entries(change === "clear" ? {} : (current ?? {})));
  if (change !== undefined && change !== "clear") {
    for (const [key, value] of change) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
  }
  if (next.size > 50) throw parameterError("Metadata can have up to 50 keys.", { param: "metadata" });
  return Object.fromEntries(next);
}

/** Accepted and without consequence here. */
export const anything: Param<FormValue> = { read: (value) => value };

/** Known to Stripe, refused by name here, so that nobody believes it works. */
export const unsupported: Param<never> = {
  read: (_value, path) => {
    throw unsupportedError(path);
  },
};

/** A time range in epoch seconds: `created=5` or `created[gte]=5&created[lt]=9`. */
type TimeRange = (epochSeconds: number) => boolean;

const rangeShape = { gt: integer, gte: integer, lt: integer, lte: integer };

export const timeRange: Param<TimeRange> = {
  read: (value, path) => {
    if (typeof value === "string") {
      const exact = integer.read(value, path);
      return (at) => at === exact;
    }
    const range = group(rangeShape).read(value, path);
    return (at) =>
      at > (range.gt ?? -Infinity) &&
      at >= (range.gte ?? -Infinity) &&
      at < (range.lt ?? Infinity) &&
      at <= (range.lte ?? Infinity);
  },
};
