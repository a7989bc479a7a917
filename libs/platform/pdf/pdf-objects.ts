import { inflateSync } from "node:zlib";

/** An object of a printed PDF: its text, and of a stream the bytes behind it as they are stored. */
export type PdfObject = { readonly text: string; readonly stream: Uint8Array | null };

/** The objects of a PDF as Chromium writes it: plain cross-reference table, no object streams, no encryption. */
export type PdfObjects = {
  readonly at: (number: number) => PdfObject;
  /** Numbers of the pages, in order. */
  readonly pages: readonly number[];
};

/** Reads through the cross-reference table (20 bytes an entry), never by searching: text in the document cannot pose as an object. */
export function readPdf(file: Uint8Array): PdfObjects {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const tail = bytes.toString("latin1", Math.max(0, bytes.length - 2_048));
  const table = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail)?.[1]);
  const head = /^xref\s+0 (\d+)\s*\n/.exec(bytes.toString("latin1", table, table + 40));
  const root = /\/Root (\d+) 0 R/.exec(tail.slice(tail.lastIndexOf("trailer")))?.[1];
  if (head === null || root === undefined) throw new Error("the PDF has no plain cross-reference table");
  const first = table + head[0].length;
  const known = new Map<number, PdfObject>();
  const at = (number: number): PdfObject => {
    const found = known.get(number);
    if (found !== undefined) return found;
    if (!(number > 0 && number < Number(head[1]))) throw new Error(`the PDF has no object ${number}`);
    const entry = first + number * 20;
    const read = readObject(bytes, Number(bytes.toString("latin1", entry, entry + 10)));
    known.set(number, read);
    return read;
  };
  const tree = at(refOf(at(Number(root)).text, "Pages"));
  return { at, pages: pagesOf(tree, at) };
}

function readObject(bytes: Buffer, offset: number): PdfObject {
  const body = bytes.indexOf("obj", offset) + 4;
  const end = bytes.indexOf("endobj", body);
  const start = bytes.indexOf("stream", body);
  if (start < 0 || start > end) return { text: bytes.toString("latin1", body, end).trim(), stream: null };
  const text = bytes.toString("latin1", body, start).trim();
  const length = Number(/\/Length (\d+)/.exec(text)?.[1]);
  const from = start + (bytes[start + 6] === 0x0d ? 8 : 7);
  return { text, stream: bytes.subarray(from, from + length) };
}

/** Skia cuts many pages into a tree of page lists. */
function pagesOf(node: PdfObject, at: (number: number) => PdfObject): number[] {
  return numbersOf(/\/Kids \[([^\]]*)\]/.exec(node.text)?.[1] ?? "").flatMap((number) => {
    const kid = at(number);
    return kid.text.includes("/Kids") ? pagesOf(kid, at) : [number];
  });
}

/** The numbers of all objects that a text refers to, in order. */
export function numbersOf(text: string): number[] {
  return [...text.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));
}

/** The number of the object that a key of a dictionary refers to. */
export function refOf(text: string, key: string): number {
  const number = new RegExp(`/${key} \\[?(\\d+) 0 R`).exec(text)?.[1];
  if (number === undefined) throw new Error(`the PDF's object has no ${key}`);
  return Number(number);
}

/** The dictionary under a key, with its brackets; "" when there is none. */
export function dictionaryOf(text: string, key: string): string {
  const start = text.indexOf(`/${key} <<`);
  if (start < 0) return "";
  const from = start + key.length + 2;
  for (let at = from, depth = 0; at < text.length - 1; at += 1) {
    const pair = text.slice(at, at + 2);
    if (pair === "<<") depth += 1;
    if (pair === ">>") depth -= 1;
    if (pair === "<<" || pair === ">>") at += 1;
    if (depth === 0) return text.slice(from, at + 1);
  }
  throw new Error("the PDF has a dictionary without an end");
}

/** What a stream holds, unpacked, as one character a byte. */
export function contentOf(object: PdfObject): string {
  if (object.stream === null) throw new Error("the PDF's object is no stream");
  const isPacked = object.text.includes("/FlateDecode");
  return Buffer.from(isPacked ? inflateSync(object.stream) : object.stream).toString("latin1");
}
