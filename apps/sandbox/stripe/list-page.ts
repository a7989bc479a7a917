import type { FormMap } from "./form-body.ts";
import { integer, type Param, type ParamShape, type Params, readParams, text } from "./params.ts";
import { missingError, parameterError } from "./stripe-error.ts";

const pageShape = { limit: integer, starting_after: text(), ending_before: text() } satisfies ParamShape;

type ListAnswer<T> = { object: "list"; url: string; has_more: boolean; data: T[] };

/** Reads a list request: its own filters beside Stripe's paging parameters. */
export function readListParams<const S extends Readonly<Record<string, Param<unknown>>>>(
  form: FormMap,
  shape: S,
): Params<S & typeof pageShape> {
  return readParams(form, { ...pageShape, ...shape }) as Params<S & typeof pageShape>;
}

type Paging = {
  readonly limit: number | undefined;
  readonly starting_after: string | undefined;
  readonly ending_before: string | undefined;
};

/** One page of `rows`, which come in answer order (Stripe: newest first). The limit is 1 to 100, 10 by default. */
export function pageOf<T extends { readonly id: string }>(
  url: string,
  rows: readonly T[],
  paging: Paging,
): ListAnswer<T> {
  const limit = paging.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw parameterError("The limit must be between 1 and 100.", {
      code: "parameter_invalid_integer",
      param: "limit",
    });
  }
  if (paging.starting_after !== undefined && paging.ending_before !== undefined) {
    throw parameterError("You cannot use starting_after and ending_before at once.", {
      param: "ending_before",
    });
  }
  if (paging.ending_before !== undefined) {
    const end = indexOf(rows, paging.ending_before, "ending_before");
    const start = Math.max(0, end - limit);
    return { object: "list", url, has_more: start > 0, data: rows.slice(start, end) };
  }
  const start =
    paging.starting_after === undefined ? 0 : indexOf(rows, paging.starting_after, "starting_after") + 1;
  return {
    object: "list",
    url,
    has_more: start + limit < rows.length,
    data: rows.slice(start, start + limit),
  };
}

function indexOf(rows: readonly { readonly id: string }[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) throw missingError("object in this list", id, param);
  return index;
}
