import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { missingGlyphs } from "#libs/platform/pdf/font-set.ts";

/**
 * Refuses texts that invoices will be printed with and that our fonts cannot print: an invoice keeps its template and brand for ever,
 * and would never have a PDF.
 * @param value texts at any depth; `path` says where it stands in the request
 * @throws fields_invalid with the place of each
 */
export async function assertPrintable(path: string, value: unknown): Promise<void> {
  const places = await Promise.all(
    textsOf(path, value).map(async ([at, text]) => {
      const missing = await missingGlyphs(text);
      const named = missing.slice(0, 10).join(" ");
      return missing.length === 0
        ? []
        : [{ path: at, code: "text_unprintable", message: `our fonts cannot print ${named}` }];
    }),
  );
  assertNoPlaces(places.flat());
}

function textsOf(path: string, value: unknown): (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, part]) => textsOf(`${path}.${key}`, part));
}
