import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createS3Store, type S3StoreConfig } from "./s3-store.ts";

type Kept = { readonly bytes: Buffer; readonly checksum: string; readonly metadata: string };
type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const object = (text: string) => ({
  key: "ten_1/invoices/INV-1.pdf",
  bytes: new Uint8Array(Buffer.from(text)),
  sha256: sha256(text),
  contentType: "application/pdf",
});

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

/** S3's rules for one bucket, in memory; `before` may answer a request itself. */
async function bucket(before: (request: Request, response: ServerResponse) => boolean = () => false) {
  const kept = new Map<string, Kept>();
  const requests: Request[] = [];
  const answer = (request: Request, response: ServerResponse) => {
    const found = kept.get(request.path);
    if (request.method === "PUT") {
      if (request.headers["if-none-match"] === "*" && found) return fail(response, 412, "PreconditionFailed");
      const checksum = String(request.headers["x-amz-checksum-sha256"] ?? "");
      if (Buffer.from(checksum, "base64").toString("hex") !== sha256(request.body))
        return fail(response, 400, "BadDigest");
      kept.set(request.path, {
        bytes: request.body,
        checksum,
        metadata: String(request.headers["x-amz-meta-sha256"]),
      });
      return response.writeHead(200, { etag: '"1"' }).end();
    }
    if (request.path === "/invoices" || request.path === "/invoices/") return response.writeHead(200).end();
    if (!found)
      return request.method === "HEAD" ? response.writeHead(404).end() : fail(response, 404, "NoSuchKey");
    response.writeHead(200, {
      "content-length": found.bytes.length,
      "x-amz-checksum-sha256": found.checksum,
      "x-amz-meta-sha256": found.metadata,
    });
    return response.end(request.method === "HEAD" ? undefined : found.bytes);
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const path = (incoming.url ?? "").replace(/\?.*$/, "");
      const request = {
        method: incoming.method ?? "",
        path,
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      };
      requests.push(request);
      if (!before(request, response)) answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  cleanups.push(close);
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, kept, requests, close };
}

function storeAt(endpoint: string, over: Partial<S3StoreConfig> = {}) {
  return createS3Store({
    bucket: "invoices",
    region: "eu-central-1",
    endpoint,
    prefix: "/billing/",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
    timeoutMs: 2_000,
    ...over,
  });
}

describe("the S3 store", () => {
  test("puts under the prefix with SHA-256 and without overwriting, and reads it back", async () => {
    const { endpoint, requests } = await bucket();
    const store = storeAt(endpoint);
    expect(await store.put(object("one"))).toEqual({
      key: "ten_1/invoices/INV-1.pdf",
      url: "s3://invoices/billing/ten_1/invoices/INV-1.pdf",
      stored: "created",
    });
    expect(requests[0]).toMatchObject({
      method: "PUT",
      path: "/invoices/billing/ten_1/invoices/INV-1.pdf",
      headers: { "if-none-match": "*", "content-type": "application/pdf" },
    });
    expect(Buffer.from(await store.get(object("").key)).toString()).toBe("one");
    expect(await store.head(object("").key)).toEqual({ sizeBytes: 3, sha256: sha256("one") });
  });

  test("answers existed for the same bytes and refuses other bytes", async () => {
    const { endpoint } = await bucket();
    const store = storeAt(endpoint);
    await store.put(object("one"));
    expect(await store.put(object("one"))).toMatchObject({ stored: "existed" });
    await expect(store.put(object("two"))).rejects.toMatchObject({ code: "object_conflict" });
    expect(Buffer.from(await store.get(object("").key)).toString()).toBe("one");
  });

  test("gives up on a store that takes the connection and never answers", async () => {
    const { endpoint } = await bucket(() => true);
    await expect(storeAt(endpoint, { timeoutMs: 200 }).put(object("one"))).rejects.toMatchObject({
      code: "storage_timeout",
    });
  });

  test("asks first where the store does not know If-None-Match", async () => {
    const { endpoint } = await bucket((request, response) => {
      const isUnknown = request.headers["if-none-match"] === "*";
      if (isUnknown) fail(response, 501, "NotImplemented");
      return isUnknown;
    });
    const store = storeAt(endpoint);
    expect(await store.put(object("one"))).toMatchObject({ stored: "created" });
    expect(await store.put(object("one"))).toMatchObject({ stored: "existed" });
    await expect(store.put(object("two"))).rejects.toMatchObject({ code: "object_conflict" });
  });

  test("says what is not there", async () => {
    const { endpoint } = await bucket();
    expect(await storeAt(endpoint).head("a.pdf")).toBeNull();
    await expect(storeAt(endpoint).get("a.pdf")).rejects.toMatchObject({ code: "object_not_found" });
    await expect(storeAt(endpoint).get("../a.pdf")).rejects.toMatchObject({ code: "object_key_invalid" });
  });

  test.each([
    [400, "InvalidBucketName", "s3_bucket_invalid", "misconfigured"],
    [404, "NoSuchBucket", "s3_bucket_missing", "misconfigured"],
    [403, "InvalidAccessKeyId", "s3_credentials_refused", "misconfigured"],
    [403, "SignatureDoesNotMatch", "s3_credentials_refused", "misconfigured"],
    [403, "AccessDenied", "s3_credentials_refused", "misconfigured"],
    [400, "AuthorizationHeaderMalformed", "s3_region_wrong", "misconfigured"],
    [301, "PermanentRedirect", "s3_region_wrong", "misconfigured"],
    [400, "ExpiredToken", "s3_credentials_expired", "unavailable"],
    [403, "RequestTimeTooSkewed", "storage_unavailable", "unavailable"],
    [400, "BadDigest", "storage_unavailable", "unavailable"],
    [503, "SlowDown", "storage_unavailable", "unavailable"],
  ])("names %i %s as %s, which is %s", async (status, code, expected, kind) => {
    const { endpoint } = await bucket((_request, response) => {
      fail(response, status, code);
      return true;
    });
    await expect(storeAt(endpoint).put(object("one"))).rejects.toMatchObject({
      code: expected,
      kind,
    });
  });

  test("asks why the check was refused when the status alone does not tell", async () => {
    const { endpoint } = await bucket((request, response) => {
      if (request.method === "HEAD") response.writeHead(400).end();
      else fail(response, 400, "InvalidBucketName");
      return true;
    });
    await expect(storeAt(endpoint).check()).rejects.toMatchObject({ code: "s3_bucket_invalid" });
  });

  test("checks the bucket, whose HEAD answers with a status alone", async () => {
    const statuses: readonly [number, string][] = [
      [404, "s3_bucket_missing"],
      [403, "s3_credentials_refused"],
      [301, "s3_region_wrong"],
      [400, "s3_region_wrong"],
    ];
    for (const [status, expected] of statuses) {
      const { endpoint } = await bucket((_request, response) => {
        response.writeHead(status).end();
        return true;
      });
      await expect(storeAt(endpoint).check()).rejects.toMatchObject({ code: expected });
    }
    const { endpoint, close } = await bucket();
    await expect(storeAt(endpoint).check()).resolves.toBeUndefined();
    await close();
    await expect(storeAt(endpoint).check()).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});
