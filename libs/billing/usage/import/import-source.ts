import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import { domainError } from "#libs/core/errors.ts";

/** One line of a text file, without its line end. */
export type SourceLine = {
  /** From 1. */
  readonly number: number;
  /** The beginning only when it is too long. */
  readonly text: string;
  readonly tooLong: boolean;
};

/** A text file, plain or gzip (told by its first bytes, not its name), to be read line by line. */
export type ImportSource = {
  /** The beginning of the text. */
  readonly head: string;
  /** Bytes of the file as it lies on disk. */
  readonly size: number;
  /** Bytes of the file that were read so far. */
  readonly bytesRead: () => number;
  /** Reads the file once, holding one chunk at a time. Throws `file_unreadable` when it breaks off. */
  readonly lines: () => AsyncGenerator<SourceLine[]>;
};

export const LINE_LENGTH_MAX = 1_048_576;
const HEAD_BYTES = 65_536;
const SHOWN = 200;

/** @throws `file_unreadable` when there is no such file, it is a folder, may not be read, or is not UTF-8 */
export async function openImportSource(path: string): Promise<ImportSource> {
  const { bytes, size } = await readStart(path);
  return sourceOf({ name: path, start: bytes, size }, () =>
    createReadStream(path, { highWaterMark: HEAD_BYTES }),
  );
}

/**
 * A file that lies elsewhere: `start` is its beginning, all of it or 64 KB at least.
 * @throws `file_unreadable` when it is not UTF-8, or says gzip and is none
 */
export function sourceOf(
  file: { readonly name: string; readonly start: Uint8Array; readonly size: number },
  read: () => AsyncIterable<Uint8Array>,
): ImportSource {
  const { name, size } = file;
  const bytes = file.start.subarray(0, HEAD_BYTES);
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let start: Uint8Array = bytes;
  try {
    const whole = size <= HEAD_BYTES;
    if (gzipped) start = gunzipSync(bytes, whole ? {} : { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw unreadable(name, error);
  }
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw domainError("file_unreadable", `${name} is UTF-16; save it as UTF-8`);
  }
  let bytesRead = 0;
  const counted = async function* () {
    for await (const chunk of read()) {
      bytesRead += chunk.length;
      yield chunk;
    }
  };
  return {
    head: new TextDecoder("utf-8").decode(start),
    size,
    bytesRead: () => bytesRead,
    async *lines() {
      const stopped = new AbortController();
      const content = new PassThrough();
      const flow = gzipped
        ? pipeline(counted, createGunzip(), content, { signal: stopped.signal })
        : pipeline(counted, content, { signal: stopped.signal });
      flow.catch(() => undefined);
      try {
        yield* splitLines(content);
        await flow;
      } catch (error) {
        throw unreadable(name, error);
      } finally {
        stopped.abort();
      }
    },
  };
}

async function readStart(path: string): Promise<{ bytes: Buffer; size: number }> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { bytes: buffer.subarray(0, bytesRead), size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* splitLines(content: AsyncIterable<Buffer>): AsyncGenerator<SourceLine[]> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let number = 0;
  let cut = false;
  const take = (piece: string): SourceLine => {
    number += 1;
    const tooLong = cut || piece.length > LINE_LENGTH_MAX;
    cut = false;
    if (tooLong) return { number, text: piece.slice(0, SHOWN), tooLong };
    return { number, text: piece.endsWith("\r") ? piece.slice(0, -1) : piece, tooLong };
  };
  for await (const chunk of content) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = pieces.pop() ?? "";
    const lines = pieces.map(take);
    if (cut || rest.length > LINE_LENGTH_MAX) {
      cut = true;
      rest = rest.slice(0, SHOWN);
    }
    if (lines.length > 0) yield lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield [take(rest)];
}

/** Errors of the file by what a person can do about them; others stay as they are. */
function unreadable(path: string, error: unknown): unknown {
  const { code, message } = { code: "", message: "", ...fieldsOf(error) };
  if (code.startsWith("Z_")) {
    return domainError("file_unreadable", `${path} is a damaged or cut gzip file: ${message}`);
  }
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `there is no file ${path}`,
    EISDIR: `${path} is a folder, not a file`,
    EACCES: `${path} may not be read by this user`,
    EIO: `${path} cannot be read from its disk`,
  };
  const reason = reasons[code];
  return reason === undefined ? error : domainError("file_unreadable", reason);
}

function fieldsOf(error: unknown): { code: string; message: string } | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return { code: String(error.code), message: "message" in error ? String(error.message) : "" };
}
