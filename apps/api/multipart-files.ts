import { domainError } from "#libs/core/errors.ts";

/** One file of a form; its content is read before the next file is asked for. */
export type MultipartFile = {
  readonly fileName: string;
  readonly contentType: string;
  readonly content: AsyncGenerator<Uint8Array>;
};

const HEADERS_MAX = 8_192;

/**
 * The files of a `multipart/form-data` body, one after the other, holding no more of it than a chunk. Source: RFC 7578, RFC 2046.
 * @throws `body_malformed` without a boundary, for a field that is no file, and when the body breaks off
 */
export async function* multipartFiles(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<MultipartFile> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (boundary === null) throw malformed("Content-Type names no boundary");
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`);
  const reader = readerOf(body);
  for await (const _ of reader.until(delimiter)); // what stands before the first part means nothing
  while ((await reader.line()) !== "--") {
    const headers = await reader.headers();
    const fileName = /^content-disposition:[^\r\n]*;\s*filename="([^"\r\n]{1,255})"/im.exec(headers)?.[1];
    if (fileName === undefined) throw malformed("each part of the form is a file, with a filename");
    const type = /^content-type:\s*([^\s;]+)/im.exec(headers)?.[1]?.toLowerCase() ?? "";
    const content = reader.until(delimiter);
    yield { fileName, contentType: type, content };
    for await (const _ of content); // as far as nobody read it
  }
}

function readerOf(body: AsyncIterable<Uint8Array>) {
  const chunks = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.from("\r\n"); // the first delimiter may stand at the very beginning
  const more = async () => {
    const { value, done } = await chunks.next();
    if (done) throw malformed("the form breaks off before its end");
    held = Buffer.concat([held, value]);
  };
  async function* until(mark: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = held.indexOf(mark);
      const end = at === -1 ? Math.max(0, held.length - mark.length + 1) : at;
      const found = held.subarray(0, end);
      held = held.subarray(at === -1 ? end : at + mark.length);
      if (found.length > 0) yield found;
      if (at !== -1) return;
      await more();
    }
  }
  const textUntil = async (mark: string) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of until(Buffer.from(mark))) {
      parts.push(part);
      length += part.length;
      if (length > HEADERS_MAX) throw malformed("the headers of a part are too long");
    }
    return Buffer.concat(parts).toString("utf8");
  };
  return {
    until,
    /** What stands behind a delimiter: `--` after the last one. */
    line: async () => {
      while (held.length < 2) await more();
      if (held.subarray(0, 2).equals(Buffer.from("--"))) return "--";
      return textUntil("\r\n");
    },
    headers: () => textUntil("\r\n\r\n"),
  };
}

function malformed(what: string) {
  return domainError("body_malformed", `The form cannot be read: ${what}.`);
}
