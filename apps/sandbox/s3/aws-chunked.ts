type DecodedBody = { readonly content: Buffer; readonly trailers: ReadonlyMap<string, string> };

/** Decodes an `aws-chunked` body (signatures of chunks are skipped). Returns undefined when it is cut or malformed. */
export function decodeAwsChunked(body: Buffer): DecodedBody | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(body.toString("latin1", at, lineEnd).split(";")[0] ?? "", 16);
    if (Number.isNaN(size)) return undefined;
    at = lineEnd + 2;
    if (size === 0)
      return { content: Buffer.concat(chunks), trailers: readTrailers(body.toString("latin1", at)) };
    if (at + size > body.length) return undefined;
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
}

function readTrailers(text: string): ReadonlyMap<string, string> {
  const trailers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
}
