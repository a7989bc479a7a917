/**
 * A printed PDF made repeatable: its creation and modification dates are set to `issuedAt`, everything else stays
 * byte by byte, so one document gives one SHA-256 whenever and wherever the same browser and fonts print it.
 */
export function withFixedDates(file: Uint8Array, issuedAt: string): Uint8Array {
  const text = Buffer.from(file).toString("latin1");
  const info = objectOf(text, "Info");
  const stamp = `D:${new Date(issuedAt).toISOString().replace(/\D/g, "").slice(0, 14)}+00'00'`;
  const fixed = info.body.replace(
    /(\/(?:CreationDate|ModDate) )\(D:[^)]*\)/g,
    (_all, key: string) => `${key}(${stamp})`,
  );
  if (fixed.length !== info.body.length || fixed.split(stamp).length !== 3) {
    throw new Error("the PDF's dates are not written the way this browser writes them");
  }
  const copy = Buffer.from(file);
  copy.write(fixed, info.offset, "latin1");
  return new Uint8Array(copy);
}

/** How many pages a printed PDF has, from its page tree. */
export function countPages(file: Uint8Array): number {
  const text = Buffer.from(file).toString("latin1");
  const pages = /\/Pages (\d+) 0 R/.exec(objectOf(text, "Root").body)?.[1];
  const count =
    pages === undefined ? undefined : /\/Count (\d+)/.exec(objectAt(text, Number(pages)).body)?.[1];
  if (count === undefined) throw new Error("the PDF has no page tree");
  return Number(count);
}

type PdfObject = { readonly offset: number; readonly body: string };

/** The object that the trailer names as `Root` (the catalog) or `Info`. */
function objectOf(text: string, name: "Root" | "Info"): PdfObject {
  const trailer = text.slice(text.lastIndexOf("trailer"));
  const number = new RegExp(`/${name} (\\d+) 0 R`).exec(trailer)?.[1];
  if (number === undefined) throw new Error(`the PDF's trailer names no ${name}`);
  return objectAt(text, Number(number));
}

/** Reads through the cross-reference table (20 bytes an entry), never by searching: text in the document cannot pose as an object. */
function objectAt(text: string, number: number): PdfObject {
  const table = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);
  const head = /^xref\s+0 (\d+)\s*\n/.exec(text.slice(table, table + 40));
  if (head === null || number >= Number(head[1]))
    throw new Error("the PDF has no plain cross-reference table");
  const entry = table + head[0].length + number * 20;
  const offset = Number(text.slice(entry, entry + 10));
  return { offset, body: text.slice(offset, text.indexOf("endobj", offset)) };
}
