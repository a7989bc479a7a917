import { deflateSync } from "node:zlib";
import { type DocumentScope, rewriteContent, type UsedFont, useFont } from "./pdf-content.ts";
import { fromPageTop } from "./page-content.ts";
import { embeddedFont, hex } from "./pdf-fonts.ts";
import { contentOf, dictionaryOf, numbersOf, type PdfObjects, readPdf, refOf } from "./pdf-objects.ts";
import { pdfWriter } from "./pdf-writer.ts";
import type { TrueType } from "./true-type.ts";

/** What is said of one document beside its pages. */
export type SplitTerms = {
  readonly title: string;
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly issuedAt: string;
};

export type SplitDocument = { readonly bytes: Uint8Array; readonly pageCount: number };

/** Marks the first page of a document: a link, which only the template can make. */
export const startMark = "https://start.billwright.invalid/";

const pageNumber = {
  font: "NotoSans-Regular",
  size: 7.5,
  color: ".3569 .3922 .4706",
  side: 51.02,
  above: 25.17,
};

/**
 * Cuts what was printed at once into its documents and writes each anew: objects in a fixed order, names by first use, our own subset of
 * each font, page numbers, dates of the document. Nothing of a document's file depends on what was printed beside it.
 */
export function splitPdf(
  file: Uint8Array,
  documents: readonly SplitTerms[],
  fonts: ReadonlyMap<string, TrueType>,
): SplitDocument[] {
  const pdf = readPdf(file);
  const groups: number[][] = [];
  for (const page of pdf.pages) {
    if (isStart(pdf, page)) groups.push([]);
    groups.at(-1)?.push(page);
  }
  if (groups.length !== documents.length)
    throw new Error(`${documents.length} documents were printed, ${groups.length} came out`);
  return documents.map((terms, index) => {
    const pages = groups[index] ?? [];
    return { bytes: writeDocument(pdf, pages, terms, fonts), pageCount: pages.length };
  });
}

function isStart(pdf: PdfObjects, page: number): boolean {
  const annotations = /\/Annots \[([^\]]*)\]/.exec(pdf.at(page).text)?.[1] ?? "";
  return numbersOf(annotations).some((number) => pdf.at(number).text.includes(`/URI (${startMark})`));
}

function writeDocument(
  pdf: PdfObjects,
  pages: readonly number[],
  terms: SplitTerms,
  fonts: ReadonlyMap<string, TrueType>,
): Uint8Array {
  const writer = pdfWriter();
  const scope: DocumentScope = { pdf, writer, fonts, used: new Map(), copied: new Map() };
  const [info, catalog, tree] = [writer.reserve(), writer.reserve(), writer.reserve()];
  const kids = pages.map((page, index) => {
    const count = `${index + 1} / ${pages.length}`;
    return writePage(scope, { page, tree, count, direction: terms.direction });
  });
  for (const font of scope.used.values()) writeFont(scope, font);
  const date = `(D:${new Date(terms.issuedAt).toISOString().replace(/\D/g, "").slice(0, 14)}+00'00')`;
  writer.write(
    info,
    `<</Title ${textString(terms.title)}\n/Creator (Billwright)\n/CreationDate ${date}\n/ModDate ${date}>>`,
  );
  const order = kids.map((kid) => `${kid} 0 R`).join(" ");
  writer.write(tree, `<</Type /Pages\n/Count ${kids.length}\n/Kids [${order}]>>`);
  const reading = terms.direction === "rtl" ? "R2L" : "L2R";
  writer.write(
    catalog,
    `<</Type /Catalog\n/Pages ${tree} 0 R\n/Lang ${textString(terms.locale)}\n/ViewerPreferences <</DisplayDocTitle true\n/Direction /${reading}>>>>`,
  );
  return writer.file({ root: catalog, info });
}

type PageTerms = {
  readonly page: number;
  readonly tree: number;
  readonly count: string;
  readonly direction: "ltr" | "rtl";
};

function writePage(scope: DocumentScope, { page, tree, count, direction }: PageTerms): number {
  const { pdf, writer } = scope;
  const { text } = pdf.at(page);
  const [number, contents] = [writer.reserve(), writer.reserve()];
  const [box = "", width] = /\/MediaBox \[0 0 (\S+) [\d.]+\]/.exec(text) ?? [];
  const body = rewriteContent(
    scope,
    fromPageTop(contentOf(pdf.at(refOf(text, "Contents")))),
    dictionaryOf(text, "Resources"),
  );
  const stamp = numberStamp(scope, { count, direction, width: Number(width) });
  // The page turns and scales its space; the number stands in that of the paper.
  const content = `q\n${body.content}\nQ\n${stamp.content}`;
  writer.writeStream(contents, "", deflateSync(Buffer.from(content, "latin1")));
  const resources = withFont(body.resources, stamp.font);
  writer.write(
    number,
    `<</Type /Page\n/Parent ${tree} 0 R\n${box}\n/Resources <<${resources}>>\n/Contents ${contents} 0 R>>`,
  );
  return number;
}

function withFont(resources: string, font: string): string {
  if (resources.includes(font)) return resources;
  if (!resources.includes("/Font <<")) return `${resources}\n/Font <<${font}>>`;
  return resources.replace("/Font <<", `/Font <<${font}\n`);
}

/** `n / N` at the foot: Chromium counts what it prints at once, and only afterwards is known what is whose. */
function numberStamp(
  scope: DocumentScope,
  {
    count,
    width,
    direction,
  }: { readonly count: string; readonly width: number; readonly direction: "ltr" | "rtl" },
): { readonly content: string; readonly font: string } {
  const ours = scope.fonts.get(pageNumber.font);
  if (ours === undefined) throw new Error(`there is no ${pageNumber.font}`);
  const glyphs = [...count].map((character) => ours.glyphOf(character.codePointAt(0) ?? 0));
  const length = (glyphs.reduce((sum, glyph) => sum + ours.widthOf(glyph), 0) * pageNumber.size) / 1_000;
  const x = direction === "rtl" ? pageNumber.side : width - pageNumber.side - length;
  const { label, number, glyphs: used } = useFont(scope, pageNumber.font);
  for (const glyph of glyphs) used.add(glyph);
  const place = `1 0 0 1 ${x.toFixed(2)} ${pageNumber.above} Tm`;
  return {
    content: `${pageNumber.color} rg\nBT\n/${label} ${pageNumber.size} Tf\n${place}\n<${glyphs.map(hex).join("")}> Tj\nET`,
    font: `/${label} ${number} 0 R`,
  };
}

function writeFont({ writer, fonts }: DocumentScope, { number, name, glyphs }: UsedFont): void {
  const font = fonts.get(name);
  if (font === undefined) throw new Error(`there is no ${name}`);
  const { name: tagged, file, fileSize, widths, toUnicode } = embeddedFont(name, font, glyphs);
  const [child, descriptor, data, map] = [
    writer.reserve(),
    writer.reserve(),
    writer.reserve(),
    writer.reserve(),
  ];
  const base = `/BaseFont /${tagged}`;
  writer.write(
    number,
    `<</Type /Font\n/Subtype /Type0\n${base}\n/Encoding /Identity-H\n/DescendantFonts [${child} 0 R]\n/ToUnicode ${map} 0 R>>`,
  );
  writer.write(
    child,
    `<</Type /Font\n/Subtype /CIDFontType2\n${base}\n/CIDToGIDMap /Identity\n/CIDSystemInfo <</Registry (Adobe)\n/Ordering (Identity)\n/Supplement 0>>\n/DW 0\n/W [${widths}]\n/FontDescriptor ${descriptor} 0 R>>`,
  );
  writer.write(
    descriptor,
    `<</Type /FontDescriptor\n/FontName /${tagged}\n${font.measures}\n/FontFile2 ${data} 0 R>>`,
  );
  writer.writeStream(data, `/Length1 ${fileSize}`, file);
  writer.writeStream(map, "", toUnicode);
}

/** Text as PDF writes it in any script. */
function textString(text: string): string {
  return `<FEFF${text
    .split("")
    .map((unit) => hex(unit.charCodeAt(0)))
    .join("")}>`;
}
