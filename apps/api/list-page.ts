import { z } from "zod";
import { domainError } from "#libs/core/errors.ts";
import { type IdKind, parsePublicId, publicId } from "#libs/core/public-id.ts";
import type { Page, PageQuery } from "#libs/data/page.ts";

/** The parameters that every list takes. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20).describe("How many, 1 to 100"),
  cursor: z.string().max(64).optional().describe("next_cursor of the page before"),
};

export type PageFields = { readonly limit: number; readonly cursor?: string | undefined };

/** `{ data, has_more, next_cursor }` of some object. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });
}

/** @throws fields_invalid when the cursor is none of ours */
export function pageQuery<F extends object>(kind: IdKind, query: PageFields, filters: F): PageQuery<F> {
  if (query.cursor === undefined) return { limit: query.limit, cursor: null, filters };
  const cursor = parsePublicId(kind, query.cursor);
  if (cursor !== null) return { limit: query.limit, cursor, filters };
  const message = "is not a next_cursor of this list";
  throw domainError("fields_invalid", `cursor: ${message}`, {
    errors: [{ path: "cursor", code: "format_invalid", message }],
  });
}

export function listAnswer<Row extends { readonly id: string }, T>(
  kind: IdKind,
  page: Page<Row>,
  present: (row: Row) => T,
): { body: { data: T[]; has_more: boolean; next_cursor: string | null } } {
  return {
    body: {
      data: page.rows.map(present),
      has_more: page.nextCursor !== null,
      next_cursor: page.nextCursor === null ? null : publicId(kind, page.nextCursor),
    },
  };
}

/** A public id in a filter. @throws fields_invalid */
export function idFilter(kind: IdKind, name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const id = parsePublicId(kind, value);
  if (id !== null) return id;
  const message = `is not an id of a ${kind.replaceAll("_", " ")}`;
  throw domainError("fields_invalid", `${name}: ${message}`, {
    errors: [{ path: name, code: "format_invalid", message }],
  });
}
