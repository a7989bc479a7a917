import { deflateSync, inflateSync } from "node:zlib";

/** A picture of whose every byte we know what it is for, or why it is none. */
export type CleanedPicture = { readonly url: string } | { readonly refused: string };

const mostPixels = 4_000;
const mostBytes = 500_000;

/**
 * Checks a PNG, JPEG or SVG picture in a `data:` URL and writes it anew without what nobody sees: of a PNG its pixels are unpacked and
 * packed again, of a JPEG place, camera and comments are left out. An SVG must be one that can run and fetch nothing.
 */
export function cleanPicture(url: string): CleanedPicture {
  const [, type = "", packed = ""] =
    /^data:image\/(png|jpeg|svg\+xml);base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? [];
  if (type === "") return { refused: "must be a data: URL of a PNG, JPEG or SVG picture in base64" };
  const bytes = Buffer.from(packed, "base64");
  try {
    const cleaned = type === "png" ? cleanPng(bytes) : type === "jpeg" ? cleanJpeg(bytes) : cleanSvg(bytes);
    if (cleaned.length > mostBytes)
      throw new PictureRefusal(`has ${cleaned.length} bytes, at most ${mostBytes}`);
    return { url: `data:image/${type};base64,${cleaned.toString("base64")}` };
  } catch (error) {
    if (error instanceof PictureRefusal) return { refused: error.message };
    throw error;
  }
}

class PictureRefusal extends Error {}

function refuse(reason: string): never {
  throw new PictureRefusal(reason);
}

function assertSize(width: number, height: number): void {
  if (width < 1 || height < 1 || width > mostPixels || height > mostPixels)
    refuse(`is ${width} x ${height} pixels; from 1 to ${mostPixels} a side are allowed`);
}

const pngHead = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Samples of a pixel by colour type, and the bits that a sample of it may have. */
const pngColors: Readonly<Record<number, readonly [samples: number, bits: readonly number[]]>> = {
  0: [1, [1, 2, 4, 8, 16]],
  2: [3, [8, 16]],
  3: [1, [1, 2, 4, 8]],
  4: [2, [8, 16]],
  6: [4, [8, 16]],
};

/** Source: PNG Specification, third edition. */
function cleanPng(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 8).equals(pngHead)) refuse("is not a PNG");
  const kept: Buffer[] = [pngHead];
  const pixels: Buffer[] = [];
  let expected = 0;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) refuse("is a PNG that breaks off");
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) refuse("is a PNG that breaks off");
    const name = bytes.toString("latin1", at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(end - 4))
      refuse(`is a PNG whose part ${JSON.stringify(name)} is damaged`);
    if ((name === "IHDR") !== (at === 8)) refuse("is a PNG without one head");
    if (name === "IHDR") expected = pngRawSize(data);
    if (name === "IDAT") pixels.push(data);
    if (["IHDR", "PLTE", "tRNS", "sRGB", "gAMA"].includes(name) && pixels.length === 0)
      kept.push(bytes.subarray(at, end));
    if (name === "IEND") break;
    at = end;
  }
  const raw = unpacked(Buffer.concat(pixels), expected);
  return Buffer.concat([
    ...kept,
    pngChunk("IDAT", deflateSync(raw, { level: 9 })),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Bytes of the unpacked pixels, with the filter byte before each row. */
function pngRawSize(head: Buffer): number {
  if (head.length !== 13) refuse("is a PNG with a wrong head");
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  assertSize(width, height);
  const [bits = 0, color = -1, compression, filter, interlace] = head.subarray(8);
  const known = pngColors[color];
  if (known === undefined || !known[1].includes(bits) || compression !== 0 || filter !== 0)
    refuse("is a PNG of an unknown kind");
  if (interlace !== 0) refuse("is an interlaced PNG; save it without interlacing");
  return height * (1 + Math.ceil((width * known[0] * bits) / 8));
}

function unpacked(packed: Buffer, expected: number): Buffer {
  try {
    const raw = inflateSync(packed, { maxOutputLength: expected });
    if (raw.length === expected) return raw;
  } catch {
    // Said below: damaged, or more than its head promises.
  }
  return refuse("is a PNG whose pixels are damaged");
}

function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

const crcTable = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Keeps JFIF and Adobe's colour transform; other application parts and comments go. Source: ITU-T T.81, annex B. */
function cleanJpeg(bytes: Buffer): Buffer {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) refuse("is not a JPEG");
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let hasSize = false;
  for (let at = 2; ; ) {
    if (at + 4 > bytes.length || bytes[at] !== 0xff) refuse("is a JPEG that breaks off");
    const marker = bytes[at + 1] ?? 0;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) refuse("is a JPEG that breaks off");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && end - at >= 9) {
      assertSize(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
      hasSize = true;
    }
    const isUnseen = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
    if (!isUnseen) kept.push(bytes.subarray(at, end));
    at = end;
    if (marker !== 0xda) continue;
    const last = bytes.lastIndexOf(Buffer.from([0xff, 0xd9]));
    if (!hasSize || last < at) refuse("is a JPEG that breaks off");
    return Buffer.concat([...kept, bytes.subarray(at, last + 2)]);
  }
}

/** What an SVG could run or fetch with; pictures and documents show it in a place where it may do neither, too. */
const unsafeSvg = [
  [/<!(DOCTYPE|ENTITY)/i, "declares a document type"],
  [
    /<\s*(script|foreignObject|iframe|embed|object|audio|video|handler|style|link)\b/i,
    "has an element that a picture needs not",
  ],
  [/\son\w+\s*=/i, "has an event handler"],
  [/\b(href|src)\s*=\s*["']?\s*(?!#|data:image\/(png|jpeg))[^"'\s>]/i, "refers to something outside"],
  [/url\(\s*["']?\s*(?!#)[^)]/i, "refers to something outside"],
  [/<\?(?!xml\s)/i, "has a processing instruction"],
] as const;

function cleanSvg(bytes: Buffer): Buffer {
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  if (text.includes("\ufffd") || text.includes("\u0000")) refuse("is an SVG that is not written in UTF-8");
  if (!/^\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(text) || !/<\/svg>\s*$/.test(text))
    refuse("is not an SVG");
  const found = unsafeSvg.find(([pattern]) => pattern.test(text));
  if (found !== undefined) refuse(`is an SVG that ${found[1]}`);
  return Buffer.from(text.replace(/<!--[\s\S]*?-->/g, "").trim(), "utf8");
}
