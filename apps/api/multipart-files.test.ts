import fc from "fast-check";
import { multipartFiles } from "./multipart-files.ts";

const type = (boundary: string) => `multipart/form-data; boundary=${boundary}`;
const formOf = (boundary: string, files: readonly (readonly [string, Uint8Array])[]) =>
  Buffer.concat([
    Buffer.from("a preamble\r\n"),
    ...files.flatMap(([name, content]) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`,
      ),
      content,
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${boundary}--\r\nan epilogue`),
  ]);

async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (contentType: string, body: AsyncIterable<Uint8Array>) => {
  const files: [string, string, Buffer][] = [];
  for await (const { fileName, contentType: of, content } of multipartFiles(contentType, body)) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    files.push([fileName, of, Buffer.concat(parts)]);
  }
  return files;
};

describe("multipartFiles", () => {
  it("gives back each file, however the body is cut and whatever looks like a boundary in it", async () => {
    const piece = fc.constantFrom(
      "\r\n",
      "--",
      "\r\n--",
      "\r\n--boundar",
      "--boundary",
      "a",
      "\r",
      "\n",
      "\r\n-",
    );
    const content = fc
      .array(piece, { maxLength: 20 })
      .map((pieces) => pieces.join(""))
      .filter((text) => !`\r\n${text}`.includes("\r\n--boundary"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        async (contents, size) => {
          const files = contents.map((text, n) => [`${n}.csv`, Buffer.from(text)] as const);
          const found = await read(type("boundary"), cut(formOf("boundary", files), size));
          expect(found).toEqual(files.map(([name, bytes]) => [name, "text/csv", bytes]));
        },
      ),
    );
  });

  it.each([
    ["no boundary", "multipart/form-data", Buffer.from("x"), "names no boundary"],
    [
      "a body that breaks off",
      type("b"),
      formOf("b", [["a", Buffer.from("1,2\n")]]).subarray(0, -18),
      "breaks off",
    ],
    [
      "a field that is no file",
      type("b"),
      Buffer.from('--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--'),
      "is a file",
    ],
    ["endless headers", type("b"), Buffer.from(`--b\r\nX: ${"x".repeat(20_000)}`), "too long"],
  ])("refuses %s", async (_what, contentType, body, says) => {
    await expect(read(contentType, cut(body, 1_000))).rejects.toMatchObject({
      ...{ code: "body_malformed", message: expect.stringContaining(says) },
    });
  });
});
