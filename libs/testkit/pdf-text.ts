import { inflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";

/** Extracts the text of each page with PDFium, white space collapsed to single blanks. */
export async function pdfPageTexts(bytes: Uint8Array): Promise<readonly string[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(bytes);
    const texts = [...document.pages()].map((page) => page.getText().replace(/\s+/g, " ").trim());
    document.destroy();
    return texts;
  } finally {
    library.destroy();
  }
}

/** Names of the fonts a PDF embeds or refers to, sorted, without the tag of their subset. */
export function pdfFontNames(bytes: Uint8Array): readonly string[] {
  const names = Buffer.from(bytes)
    .toString("latin1")
    .matchAll(/\/BaseFont \/(?:[A-Z]{6}\+)?([^\s/>]+)/g);
  return [...new Set([...names].map((match) => match[1] ?? ""))].sort();
}

/** How many glyphs a PDF draws in all, and how many of them as `.notdef` (glyph 0), the empty box. */
export function pdfGlyphs(bytes: Uint8Array): { readonly drawn: number; readonly emptyBoxes: number } {
  const glyphs = contentStreams(bytes).flatMap((content) =>
    [...content.matchAll(/<((?:[0-9A-Fa-f]{4})+)>\s*Tj/g)].flatMap((match) => match[1]?.match(/.{4}/g) ?? []),
  );
  return { drawn: glyphs.length, emptyBoxes: glyphs.filter((glyph) => glyph === "0000").length };
}

function contentStreams(bytes: Uint8Array): readonly string[] {
  const file = Buffer.from(bytes);
  const streams = file.toString("latin1").matchAll(/\/Filter \/FlateDecode\s*\/Length (\d+)>> stream\r?\n/g);
  return [...streams].map((match) => {
    const start = match.index + match[0].length;
    return inflateSync(file.subarray(start, start + Number(match[1]))).toString("latin1");
  });
}
