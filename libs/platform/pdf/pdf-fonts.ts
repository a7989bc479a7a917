import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { PdfObjects } from "./pdf-objects.ts";
import type { TrueType } from "./true-type.ts";

/** A font as a document embeds it: made of our file and of which glyphs are used, never of what else was printed. */
export type EmbeddedFont = {
  /** With the tag that the subset's glyphs give it: two subsets never pass for one. */
  readonly name: string;
  readonly file: Buffer;
  readonly fileSize: number;
  readonly widths: string;
  readonly toUnicode: Buffer;
};

const asciiFrom = 0x20;
const asciiTo = 0x7e;
const mostKept = 200;
const kept = new Map<string, EmbeddedFont>();

/** The name of a Type 0 font of a printed PDF, without its subset's tag. Throws when it is no font of ours. */
export function printedFontName(
  pdf: PdfObjects,
  number: number,
  ours: ReadonlyMap<string, TrueType>,
): string {
  const { text } = pdf.at(number);
  const name = /\/BaseFont \/(?:[A-Z]{6}\+)?([^\s/<>[\]()]+)/.exec(text)?.[1] ?? "a font without a name";
  if (ours.has(name) && text.includes("/Identity-H")) return name;
  throw new Error(`the page was set in ${name}, which is not ours: our fonts were not found`);
}

/**
 * Embeds the glyphs that a document uses. Of a font that it sets plain letters in, all of ASCII comes along: most documents then
 * share one subset, which is packed once.
 */
export function embeddedFont(name: string, font: TrueType, used: ReadonlySet<number>): EmbeddedFont {
  const ascii = Array.from({ length: asciiTo - asciiFrom + 1 }, (_, at) => font.glyphOf(asciiFrom + at));
  const setsPlain = ascii.some((glyph) => glyph !== 0 && used.has(glyph));
  const glyphs = [...new Set([...used, ...(setsPlain ? ascii : [])])].sort((a, b) => a - b);
  const key = `${name} ${glyphs.join(" ")}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const file = font.subset(glyphs);
  const made: EmbeddedFont = {
    name: `${tagOf(key)}+${name}`,
    file: deflateSync(file),
    fileSize: file.length,
    widths: glyphs.map((glyph) => `${glyph} [${font.widthOf(glyph)}]`).join(" "),
    toUnicode: deflateSync(unicodeMap(glyphs, font)),
  };
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, made);
  return made;
}

/** Six capitals. */
function tagOf(key: string): string {
  const digest = createHash("sha256").update(key).digest();
  return [...digest.subarray(0, 6)].map((byte) => String.fromCharCode(65 + (byte % 26))).join("");
}

/** Source: Adobe Technical Note 5411; at most 100 characters a block. */
function unicodeMap(glyphs: readonly number[], font: TrueType): string {
  const rows = glyphs.flatMap((glyph) => {
    const codePoint = font.codePointOf(glyph);
    return codePoint === undefined ? [] : [`<${hex(glyph)}> <${utf16(codePoint)}>`];
  });
  const blocks = Array.from({ length: Math.ceil(rows.length / 100) }, (_, at) => {
    const block = rows.slice(at * 100, at * 100 + 100);
    return `${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`;
  });
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${blocks.join("\n")}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`;
}

function utf16(codePoint: number): string {
  return [...String.fromCodePoint(codePoint)]
    .flatMap((character) => character.split(""))
    .map((unit) => hex(unit.charCodeAt(0)))
    .join("");
}

/** Four digits, as text in a PDF names a glyph. */
export function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, "0");
}
