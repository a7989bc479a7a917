import { inflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";

/** Extracts the text of each page with PDFium, white space collapsed to single blanks. */
export async function pdfPageTexts(bytes: Uint8Array): Promise<readonly string[]> {
  return (await rawPageTexts(bytes)).map((text) => text.replace(/\s+/g, " ").trim());
}

/** The lines of all pages as they stand on paper, from top to bottom. */
export async function pdfLines(bytes: Uint8Array): Promise<readonly string[]> {
  return (await rawPageTexts(bytes)).flatMap((text) => text.split(/[\r\n]+/).map((line) => line.trim()));
}

async function rawPageTexts(bytes: Uint8Array): Promise<readonly string[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(bytes);
    const texts = [...document.pages()].map((page) => page.getText());
    document.destroy();
    return texts;
  } finally {
    library.destroy();
  }
}

/** The columns (in points from the left) of the first page's band of rows that show a colour. */
export async function inkColumns(
  bytes: Uint8Array,
  band: { readonly color: readonly [number, number, number]; readonly fromY: number; readonly toY: number },
): Promise<readonly number[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(bytes);
    const { data, width } = await document.getPage(0).render({ scale: 1, render: "bitmap" });
    document.destroy();
    const [red, green, blue] = band.color;
    const columns = Array.from({ length: width }, (_, x) => x);
    const shows = (x: number, y: number) => {
      const at = (y * width + x) * 4;
      return data[at] === red && data[at + 1] === green && data[at + 2] === blue;
    };
    const rows = Array.from({ length: band.toY - band.fromY }, (_, y) => band.fromY + y);
    return columns.filter((x) => rows.some((y) => shows(x, y)));
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
