/** The parts of a TrueType font that tell its glyphs. Source: OpenType specification, 1.9. */
export type TrueType = {
  /** The entries of a PDF's font descriptor that measure it. */
  readonly measures: string;
  readonly glyphOf: (codePoint: number) => number;
  /** The lowest code point that shows a glyph; undefined for glyphs that only others turn into. */
  readonly codePointOf: (glyph: number) => number | undefined;
  /** In thousandths of the font's size. */
  readonly widthOf: (glyph: number) => number;
  /** A font file with these glyphs and those that they are made of, under their numbers, and without all others. */
  readonly subset: (glyphs: Iterable<number>) => Uint8Array;
};

export function readTrueType(file: Uint8Array, codePoints: ReadonlyMap<number, number>): TrueType {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const table = (tag: string): Buffer => {
    for (let entry = 12; entry < 12 + bytes.readUInt16BE(4) * 16; entry += 16) {
      if (bytes.toString("latin1", entry, entry + 4) !== tag) continue;
      return bytes.subarray(
        bytes.readUInt32BE(entry + 8),
        bytes.readUInt32BE(entry + 8) + bytes.readUInt32BE(entry + 12),
      );
    }
    throw new Error(`the font has no ${tag} table`);
  };
  const [head, hhea, hmtx, loca, glyf] = ["head", "hhea", "hmtx", "loca", "glyf"].map(table) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const maxp = table("maxp");
  const unitsPerEm = head.readUInt16BE(18);
  const metrics = hhea.readUInt16BE(34);
  const offsetOf = (glyph: number) =>
    head.readInt16BE(50) === 0 ? loca.readUInt16BE(glyph * 2) * 2 : loca.readUInt32BE(glyph * 4);
  const outlineOf = (glyph: number) => glyf.subarray(offsetOf(glyph), offsetOf(glyph + 1));
  const advanceOf = (glyph: number) => hmtx.readUInt16BE(Math.min(glyph, metrics - 1) * 4);
  const bearingOf = (glyph: number) =>
    glyph < metrics ? hmtx.readInt16BE(glyph * 4 + 2) : hmtx.readInt16BE(metrics * 4 + (glyph - metrics) * 2);
  const byGlyph = new Map<number, number>();
  for (const [codePoint, glyph] of [...codePoints].sort(([a], [b]) => a - b)) {
    if (!byGlyph.has(glyph)) byGlyph.set(glyph, codePoint);
  }
  return {
    measures: measuresOf(head, hhea, unitsPerEm),
    glyphOf: (codePoint) => codePoints.get(codePoint) ?? 0,
    codePointOf: (glyph) => byGlyph.get(glyph),
    widthOf: (glyph) => Math.round((advanceOf(glyph) * 1_000_000) / unitsPerEm) / 1_000,
    subset: (glyphs) => subsetOf({ head, hhea, maxp, outlineOf, advanceOf, bearingOf }, glyphs),
  };
}

type Parts = {
  readonly head: Buffer;
  readonly hhea: Buffer;
  readonly maxp: Buffer;
  readonly outlineOf: (glyph: number) => Buffer;
  readonly advanceOf: (glyph: number) => number;
  readonly bearingOf: (glyph: number) => number;
};

function subsetOf(
  { head, hhea, maxp, outlineOf, advanceOf, bearingOf }: Parts,
  glyphs: Iterable<number>,
): Uint8Array {
  const kept = [...withParts(glyphs, outlineOf)].sort((a, b) => a - b);
  const count = (kept.at(-1) ?? 0) + 1;
  const outlines: Buffer[] = [];
  const newLoca = Buffer.alloc((count + 1) * 4);
  const newMetrics = Buffer.alloc(count * 4);
  let offset = 0;
  for (let glyph = 0, next = 0; glyph < count; glyph += 1) {
    newLoca.writeUInt32BE(offset, glyph * 4);
    if (kept[next] !== glyph) continue;
    next += 1;
    const outline = outlineOf(glyph);
    const padding = Buffer.alloc((4 - (outline.length % 4)) % 4);
    outlines.push(outline, padding);
    offset += outline.length + padding.length;
    newMetrics.writeUInt16BE(advanceOf(glyph), glyph * 4);
    newMetrics.writeInt16BE(bearingOf(glyph), glyph * 4 + 2);
  }
  newLoca.writeUInt32BE(offset, count * 4);
  const newHead = Buffer.from(head);
  newHead.writeUInt32BE(0, 8);
  newHead.writeInt16BE(1, 50);
  const [newHhea, newMaxp] = [Buffer.from(hhea), Buffer.from(maxp)];
  newHhea.writeUInt16BE(count, 34);
  newMaxp.writeUInt16BE(count, 4);
  return fontFile([
    ...([
      ["glyf", Buffer.concat(outlines)],
      ["head", newHead],
      ["hhea", newHhea],
    ] as const),
    ...([
      ["hmtx", newMetrics],
      ["loca", newLoca],
      ["maxp", newMaxp],
    ] as const),
  ]);
}

/** Symbolic, upright, its bounds and heights in thousandths; no viewer needs to make up such a font. */
function measuresOf(head: Buffer, hhea: Buffer, unitsPerEm: number): string {
  const thousandths = (units: number) => Math.round((units * 1_000) / unitsPerEm);
  const bounds = [36, 38, 40, 42].map((at) => thousandths(head.readInt16BE(at)));
  const [ascent, descent] = [thousandths(hhea.readInt16BE(4)), thousandths(hhea.readInt16BE(6))];
  return `/Flags 4\n/Ascent ${ascent}\n/Descent ${descent}\n/CapHeight ${ascent}\n/StemV 80\n/ItalicAngle 0\n/FontBBox [${bounds.join(" ")}]`;
}

/** The glyphs, `.notdef`, and every glyph that a composite one is put together from. */
function withParts(glyphs: Iterable<number>, outlineOf: (glyph: number) => Buffer): Set<number> {
  const kept = new Set<number>();
  const open = [0, ...glyphs];
  for (let glyph = open.pop(); glyph !== undefined; glyph = open.pop()) {
    if (kept.has(glyph)) continue;
    kept.add(glyph);
    const outline = outlineOf(glyph);
    if (outline.length < 10 || outline.readInt16BE(0) >= 0) continue;
    for (let at = 10, hasMore = true; hasMore; ) {
      const flags = outline.readUInt16BE(at);
      open.push(outline.readUInt16BE(at + 2));
      const scale = (flags & 0x8) !== 0 ? 2 : (flags & 0x40) !== 0 ? 4 : (flags & 0x80) !== 0 ? 8 : 0;
      at += 4 + ((flags & 0x1) !== 0 ? 4 : 2) + scale;
      hasMore = (flags & 0x20) !== 0;
    }
  }
  return kept;
}

function fontFile(tables: readonly (readonly [tag: string, data: Buffer])[]): Uint8Array {
  const head = Buffer.alloc(12 + tables.length * 16);
  head.writeUInt32BE(0x00010000, 0);
  head.writeUInt16BE(tables.length, 4);
  const power = Math.floor(Math.log2(tables.length));
  head.writeUInt16BE(2 ** power * 16, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE(tables.length * 16 - 2 ** power * 16, 10);
  const parts: Buffer[] = [head];
  let offset = head.length;
  tables.forEach(([tag, data], index) => {
    const entry = 12 + index * 16;
    head.write(tag, entry, "latin1");
    head.writeUInt32BE(checksumOf(data), entry + 4);
    head.writeUInt32BE(offset, entry + 8);
    head.writeUInt32BE(data.length, entry + 12);
    const padded = Buffer.alloc(Math.ceil(data.length / 4) * 4);
    data.copy(padded);
    parts.push(padded);
    offset += padded.length;
  });
  const file = Buffer.concat(parts);
  const headAt = tables.findIndex(([tag]) => tag === "head");
  file.writeUInt32BE((0xb1b0afba - checksumOf(file)) >>> 0, file.readUInt32BE(12 + headAt * 16 + 8) + 8);
  return file;
}

function checksumOf(data: Buffer): number {
  let sum = 0;
  const whole = data.length - (data.length % 4);
  for (let at = 0; at < whole; at += 4) sum = (sum + data.readUInt32BE(at)) >>> 0;
  if (whole === data.length) return sum;
  const rest = Buffer.alloc(4);
  data.copy(rest, 0, whole);
  return (sum + rest.readUInt32BE(0)) >>> 0;
}
