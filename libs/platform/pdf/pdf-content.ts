import { deflateSync } from "node:zlib";
import { printedFontName } from "./pdf-fonts.ts";
import { contentOf, dictionaryOf, type PdfObjects } from "./pdf-objects.ts";
import type { PdfWriter } from "./pdf-writer.ts";
import type { TrueType } from "./true-type.ts";

export type UsedFont = {
  readonly number: number;
  /** As contents name it. */
  readonly label: string;
  readonly name: string;
  readonly glyphs: Set<number>;
};

/** One document that is being written: from which PDF, and what it has used so far. */
export type DocumentScope = {
  readonly pdf: PdfObjects;
  readonly writer: PdfWriter;
  readonly fonts: ReadonlyMap<string, TrueType>;
  readonly used: Map<string, UsedFont>;
  /** New numbers of what was copied, by the old ones. */
  readonly copied: Map<number, number>;
};

export type RewrittenContent = {
  readonly content: string;
  /** The dictionary of what it names, without its brackets. */
  readonly resources: string;
};

const categories = ["ExtGState", "Font", "XObject", "Pattern", "Shading", "ColorSpace"] as const;

/**
 * A content with its resources named by their first use in the document, each copied, and the glyphs that it draws noted with their
 * fonts. Names and numbers of the printed PDF depend on what was printed before; the new ones do not.
 */
export function rewriteContent(scope: DocumentScope, content: string, resources: string): RewrittenContent {
  const found = resourcesOf(resources);
  const named = new Map<string, Map<string, number>>();
  let font: UsedFont | null = null;
  const rewritten = content.replace(
    /\/([A-Z][A-Za-z]*\d+)(?=[\s/<>[\]])|<([0-9A-F]+)> Tj|\[([^\]]*)\] TJ/g,
    (whole, name: string | undefined, shown: string | undefined, shownWithGaps: string | undefined) => {
      if (name === undefined) {
        noteGlyphs(
          font,
          shown ?? [...(shownWithGaps ?? "").matchAll(/<([0-9A-F]+)>/g)].map(([, hex]) => hex).join(""),
        );
        return whole;
      }
      const resource = found.get(name);
      if (resource === undefined) throw new Error(`the PDF's content names /${name}, which it does not have`);
      const { category, number } = resource;
      if (category === "Font") font = useFont(scope, printedFontName(scope.pdf, number, scope.fonts));
      const copied = category === "Font" && font !== null ? font.number : copyObject(scope, number);
      const label = category === "Font" && font !== null ? font.label : `R${copied}`;
      named.set(category, (named.get(category) ?? new Map<string, number>()).set(label, copied));
      return `/${label}`;
    },
  );
  return { content: rewritten, resources: dictionaryText(named) };
}

/** A font that the document uses; its object is written when all glyphs are known. */
export function useFont(scope: DocumentScope, name: string): UsedFont {
  const found = scope.used.get(name);
  if (found !== undefined) return found;
  const label = `F${scope.used.size}`;
  const font: UsedFont = { number: scope.writer.reserve(), label, name, glyphs: new Set() };
  scope.used.set(name, font);
  return font;
}

function noteGlyphs(font: UsedFont | null, hex: string): void {
  if (font === null) throw new Error("the PDF's content shows text in no font");
  for (let at = 0; at < hex.length; at += 4) font.glyphs.add(Number.parseInt(hex.slice(at, at + 4), 16));
}

type Resource = { readonly category: (typeof categories)[number]; readonly number: number };

function resourcesOf(resources: string): Map<string, Resource> {
  const found = new Map<string, Resource>();
  for (const category of categories) {
    const dictionary = dictionaryOf(resources, category);
    if (!/^(<<(\s*\/\w+ \d+ 0 R)*\s*>>)?$/.test(dictionary))
      throw new Error(`the PDF has a ${category} that is written in place`);
    for (const [, name = "", number] of dictionary.matchAll(/\/(\w+) (\d+) 0 R/g))
      found.set(name, { category, number: Number(number) });
  }
  return found;
}

function dictionaryText(named: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  return [...named]
    .map(([category, entries]) => {
      const rows = [...entries].map(([label, number]) => `/${label} ${number} 0 R`);
      return `/${category} <<${rows.join("\n")}>>`;
    })
    .join("\n");
}

/** Copies an object with all it refers to, once a document. @returns its new number */
function copyObject(scope: DocumentScope, old: number): number {
  const known = scope.copied.get(old);
  if (known !== undefined) return known;
  const number = scope.writer.reserve();
  scope.copied.set(old, number);
  const object = scope.pdf.at(old);
  const inner = dictionaryOf(object.text, "Resources");
  const text = inner === "" ? object.text : object.text.replace(`/Resources ${inner}`, "");
  const fresh = text.replace(/(\d+) 0 R/g, (_all, each: string) => `${copyObject(scope, Number(each))} 0 R`);
  if (object.stream === null) {
    scope.writer.write(number, fresh);
    return number;
  }
  const entries = fresh.slice(2, -2).replace(/\s*\/Length \d+/, "");
  if (inner === "") {
    scope.writer.writeRaw(number, entries, object.stream);
    return number;
  }
  const { content, resources } = rewriteContent(scope, contentOf(object), inner);
  const unpacked = entries.replace(/\s*\/Filter \/FlateDecode/, "");
  const packed = deflateSync(Buffer.from(content, "latin1"));
  scope.writer.writeStream(number, `${unpacked}\n/Resources <<${resources}>>`, packed);
  return number;
}
