import { deflateSync } from "node:zlib";
import { cleanPicture } from "./clean-picture.ts";

const dataUrl = (type: string, bytes: Uint8Array | string) =>
  `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const png = Buffer.from(pixel, "base64");
const refusalOf = (url: string) => {
  const cleaned = cleanPicture(url);
  return "refused" in cleaned ? cleaned.refused : "";
};
const bytesOf = (url: string) => {
  const cleaned = cleanPicture(url);
  if ("refused" in cleaned) throw new Error(cleaned.refused);
  return Buffer.from(cleaned.url.split(",")[1] ?? "", "base64");
};

describe("a PNG", () => {
  /** The picture with another part at its end, whose checksum is not looked at unless it is of a part we keep. */
  const withTail = (text: string) => Buffer.concat([png, Buffer.from(text)]);

  test("loses what stands behind its end, keeps its pixels, and stays as it is when cleaned again", () => {
    const cleaned = bytesOf(dataUrl("png", withTail("<script>secret</script>")));
    expect(cleaned.includes("secret")).toBe(false);
    expect(cleaned.subarray(0, 33)).toEqual(png.subarray(0, 33));
    expect(bytesOf(dataUrl("png", cleaned))).toEqual(cleaned);
  });

  test.each([
    ["breaks off", png.subarray(0, 50), "breaks off"],
    [
      "has a damaged part",
      Buffer.concat([png.subarray(0, 45), Buffer.from([1]), png.subarray(46)]),
      "damaged",
    ],
    ["is none", Buffer.from("GIF89a"), "not a PNG"],
  ])("that %s is refused", (_what, bytes, reason) => {
    expect(refusalOf(dataUrl("png", bytes))).toContain(reason);
  });

  test("that unpacks to more, or to other, than its head promises is refused", () => {
    const chunks = [png.subarray(0, 33), chunk("IDAT", deflateSync(Buffer.alloc(50_000_000))), chunk("IEND")];
    expect(refusalOf(dataUrl("png", Buffer.concat(chunks)))).toContain("pixels are damaged");
  });

  test("of too many pixels is refused before it is unpacked", () => {
    const head = Buffer.from(png.subarray(16, 29));
    head.writeUInt32BE(100_000, 0);
    const bytes = Buffer.concat([png.subarray(0, 8), chunk("IHDR", head), png.subarray(33)]);
    expect(refusalOf(dataUrl("png", bytes))).toContain("100000 x 1 pixels");
  });
});

test("a JPEG loses where and with what it was taken, and must have an end", () => {
  const part = (marker: number, body: string) =>
    Buffer.concat([Buffer.from([0xff, marker, 0, body.length + 2]), Buffer.from(body, "latin1")]);
  const frame = part(0xc0, "\u0008\u0000\u0001\u0000\u0001\u0001\u0001\u0011\u0000");
  const start = Buffer.from([0xff, 0xd8]);
  const scan = Buffer.concat([
    part(0xda, "\u0001\u0001\u0000\u0000\u003f\u0000"),
    Buffer.from([7, 7, 0xff, 0xd9]),
  ]);
  const cleaned = bytesOf(
    dataUrl("jpeg", Buffer.concat([start, part(0xe1, "Exif GPS"), part(0xfe, "me"), frame, scan])),
  );
  expect(cleaned).toEqual(Buffer.concat([start, frame, scan]));
  expect(refusalOf(dataUrl("jpeg", Buffer.concat([start, frame, scan.subarray(0, -2)])))).toContain(
    "breaks off",
  );
});

describe("an SVG", () => {
  const svg = (inside: string, root = "") =>
    dataUrl("svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"${root}>${inside}</svg>`);

  test("that only draws is kept, without its comments", () => {
    const drawn = `<linearGradient id="a"/><rect fill="url(#a)" width="1"/><use href="#a"/>`;
    expect(bytesOf(svg(`<!-- by me -->${drawn}`)).toString()).toBe(
      `<svg xmlns="http://www.w3.org/2000/svg">${drawn}</svg>`,
    );
  });

  test.each([
    `<script>alert(1)</script>`,
    `<rect onload="alert(1)"/>`,
    `<image href="https://example.com/x.png"/>`,
    `<use xlink:href='file:///etc/passwd'/>`,
    `<rect fill="url(https://example.com/#a)"/>`,
    `<foreignObject><p/></foreignObject>`,
    `<style>@import "x"</style>`,
  ])("with %s is refused", (inside) => {
    expect(refusalOf(svg(inside))).toMatch(/^is an SVG that /);
  });

  test("with a document type is refused", () => {
    expect(refusalOf(dataUrl("svg+xml", `<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>`))).toContain("SVG");
  });
});

test("anything but a picture in a data URL is refused", () => {
  for (const url of ["https://example.com/x.png", "data:text/html;base64,AAAA", "data:image/gif;base64,AAAA"])
    expect(refusalOf(url)).toContain("data: URL");
});

function chunk(name: string, data: Uint8Array = new Uint8Array()): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crcOf(body));
  return Buffer.concat([size, body, sum]);
}

/** Bit by bit, as the specification writes it down. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ 0xffffffff) >>> 0;
}
