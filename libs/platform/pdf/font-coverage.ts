/** The characters that a set of fonts has a glyph for. */
export type FontCoverage = {
  /** Characters of the text that no font has, once each, in order; those that print nothing are never missing. */
  readonly missingFrom: (text: string) => readonly string[];
};

/** The characters that one of the fonts has, by their glyphs; see `glyphsByCodePoint`. */
export function fontCoverage(fonts: readonly ReadonlyMap<number, number>[]): FontCoverage {
  const covered = new Set(fonts.flatMap((glyphs) => [...glyphs.keys()]));
  return {
    missingFrom: (text) => {
      const missing = new Set<string>();
      for (const character of text) {
        if (!printsNothing(character) && !covered.has(character.codePointAt(0) ?? 0)) missing.add(character);
      }
      return [...missing];
    },
  };
}

/** The glyph of each code point that a TrueType file maps to one other than `.notdef` (cmap formats 4 and 12). */
export function glyphsByCodePoint(file: Uint8Array): ReadonlyMap<number, number> {
  const covered = new Map<number, number>();
  addCoverage(file, covered);
  return covered;
}

/** White space that HTML collapses, and what Unicode calls default-ignorable: joiners, direction marks, selectors. */
function printsNothing(character: string): boolean {
  return /^[\t\n\r]$|^\p{Default_Ignorable_Code_Point}$/u.test(character);
}

function addCoverage(file: Uint8Array, covered: Map<number, number>): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const cmap = tableOffset(view, "cmap");
  const count = view.getUint16(cmap + 2);
  for (let index = 0; index < count; index += 1) {
    const subtable = cmap + view.getUint32(cmap + 4 + index * 8 + 4);
    const format = view.getUint16(subtable);
    if (format === 4) addSegments(view, subtable, covered);
    if (format === 12) addGroups(view, subtable, covered);
  }
}

function tableOffset(view: DataView, tag: string): number {
  const count = view.getUint16(4);
  for (let index = 0; index < count; index += 1) {
    const record = 12 + index * 16;
    const name = [0, 1, 2, 3].map((byte) => String.fromCharCode(view.getUint8(record + byte))).join("");
    if (name === tag) return view.getUint32(record + 8);
  }
  throw new Error(`the font has no ${tag} table`);
}

/** Format 4: segments of the Basic Multilingual Plane, each by a delta or by an array of glyphs. */
function addSegments(view: DataView, table: number, covered: Map<number, number>): void {
  const segments = view.getUint16(table + 6) / 2;
  const ends = table + 14;
  const starts = ends + segments * 2 + 2;
  const deltas = starts + segments * 2;
  const ranges = deltas + segments * 2;
  for (let index = 0; index < segments; index += 1) {
    const start = view.getUint16(starts + index * 2);
    const end = view.getUint16(ends + index * 2);
    const delta = view.getUint16(deltas + index * 2);
    const range = view.getUint16(ranges + index * 2);
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      const stored = range === 0 ? code : view.getUint16(ranges + index * 2 + range + (code - start) * 2);
      const glyph = stored === 0 ? 0 : (stored + delta) & 0xffff;
      if (glyph !== 0) covered.set(code, glyph);
    }
  }
}

/** Format 12: groups of consecutive code points with consecutive glyphs, all planes. */
function addGroups(view: DataView, table: number, covered: Map<number, number>): void {
  const groups = view.getUint32(table + 12);
  for (let index = 0; index < groups; index += 1) {
    const group = table + 16 + index * 12;
    const start = view.getUint32(group);
    const end = view.getUint32(group + 4);
    const glyph = view.getUint32(group + 8);
    for (let code = start; code <= end; code += 1) {
      if (glyph + code - start !== 0) covered.set(code, glyph + code - start);
    }
  }
}
