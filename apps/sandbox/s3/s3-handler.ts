import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type Fault, type Faults, pause } from "../faults.ts";
import {
  escapeHtml,
  type HttpAnswer,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  headerOf,
} from "../http/http-exchange.ts";
import { draftJournalEntry, type Journal } from "../journal.ts";
import { randomId } from "../random-id.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { checkSignature, type S3Account } from "./check-signature.ts";
import { isBucketName, type ObjectInfo, type ObjectStore } from "./object-store.ts";

type S3Deps = {
  readonly store: ObjectStore;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly account: S3Account;
};

type Target = { readonly bucket: string; readonly key: string };
type S3Answer = HttpAnswer & { readonly effect?: true };

/**
 * The part of S3 under `/s3/` (path style) that an invoice store needs. Signatures are verified when the secret is known;
 * checksums always are.
 */
export function s3Handler(deps: S3Deps): HttpHandler {
  return async (request) => {
    const fault = deps.faults.take("s3", request.method, request.path);
    if (fault?.action === "delay") await pause(fault.delayMs ?? 1_000);
    const isCutBefore = fault?.action === "cut" && request.method !== "GET";
    if (isCutBefore) return note(deps, request, null, fault, "cut");
    if (fault?.action === "status") {
      const status = fault.status ?? 503;
      return note(
        deps,
        request,
        status,
        fault,
        failure(status, fault.code ?? "SlowDown", "Injected by a sandbox fault", request),
      );
    }
    const isAfter = fault?.action === "after-commit";
    const sent = (answered: number): number | null => (isAfter ? (fault.status ?? null) : answered);
    const answer = answerS3(deps, request, (status) => journalOf(request, sent(status), fault, true));
    if (answer.effect !== true) note(deps, request, sent(answer.status), fault, answer);
    if (fault?.action === "slow") return { ...answer, pauseMs: fault.delayMs ?? 1_000 };
    if (fault?.action === "cut") return { ...answer, cutAfterBytes: Math.floor(answer.body.length / 2) };
    if (!isAfter) return answer;
    if (fault.delayMs !== undefined) await pause(fault.delayMs);
    if (fault.status === undefined) return "cut";
    return failure(fault.status, fault.code ?? "InternalError", "Injected by a sandbox fault", request);
  };
}

type EntryOf = (status: number) => ReturnType<typeof draftJournalEntry>;

function answerS3(deps: S3Deps, request: HttpRequest, entryOf: EntryOf): S3Answer {
  const refused = checkAccess(deps, request);
  if (refused !== undefined) return refused;
  const target = targetOf(request.path);
  if (target === undefined || !isBucketName(target.bucket))
    return failure(400, "InvalidBucketName", "The bucket name is not valid", request);
  if (target.key === "" && request.method === "PUT" && !request.query.has("lifecycle"))
    return createBucket(deps, target, entryOf);
  if (!deps.store.hasBucket(target.bucket))
    return failure(404, "NoSuchBucket", "The specified bucket does not exist", request);
  if (target.key === "") {
    if (request.query.has("lifecycle")) return lifecycle(deps, target, request, entryOf);
    if (request.method === "HEAD") return { status: 200, headers: {}, body: "" };
    if (request.method === "GET") return listObjects(deps, target.bucket, request);
  } else if (request.method === "PUT") return putObject(deps, target, request, entryOf);
  else if (request.method === "GET" || request.method === "HEAD") return getObject(deps, target, request);
  else if (request.method === "DELETE") {
    const isGone = deps.store.remove(target.bucket, target.key);
    if (isGone) deps.journal.record(entryOf(204));
    return { status: 204, headers: {}, body: "", ...(isGone ? { effect: true as const } : {}) };
  }
  return failure(501, "NotImplemented", `The sandbox does not implement ${request.method} here`, request);
}

function checkAccess(deps: S3Deps, request: HttpRequest): S3Answer | undefined {
  const refusal = checkSignature(request, deps.account);
  if (refusal === undefined) return undefined;
  const { status, code, message, region } = refusal;
  return failure(status, code, message, request, region);
}

function targetOf(path: string): Target | undefined {
  const [, , bucket = "", ...rest] = path.split("/");
  try {
    return { bucket: decodeURIComponent(bucket), key: rest.map(decodeURIComponent).join("/") };
  } catch {
    return undefined;
  }
}

function createBucket(deps: S3Deps, { bucket }: Target, entryOf: EntryOf): S3Answer {
  deps.store.createBucket(bucket);
  deps.journal.record(entryOf(200));
  return { status: 200, headers: { location: `/${bucket}` }, body: "", effect: true };
}

function lifecycle(deps: S3Deps, { bucket }: Target, request: HttpRequest, entryOf: EntryOf): S3Answer {
  if (request.method === "PUT") {
    deps.store.setLifecycle(bucket, request.body.toString("utf8"));
    deps.journal.record(entryOf(200));
    return { status: 200, headers: {}, body: "", effect: true };
  }
  const rules = deps.store.lifecycle(bucket);
  if (rules !== undefined)
    return { status: 200, headers: { "content-type": "application/xml" }, body: rules };
  return failure(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", request);
}

function putObject(deps: S3Deps, { bucket, key }: Target, request: HttpRequest, entryOf: EntryOf): S3Answer {
  const isChunked =
    (headerOf(request, "content-encoding") ?? "").includes("aws-chunked") ||
    (headerOf(request, "x-amz-content-sha256") ?? "").startsWith("STREAMING-");
  const decoded = isChunked
    ? decodeAwsChunked(request.body)
    : { content: request.body, trailers: new Map<string, string>() };
  if (decoded === undefined)
    return failure(400, "IncompleteBody", "The body is not whole aws-chunked data", request);
  const { content, trailers } = decoded;
  const wrong = wrongChecksum(content, (name) => headerOf(request, name) ?? trailers.get(name) ?? null);
  if (wrong !== undefined)
    return failure(400, "BadDigest", `The ${wrong} you specified did not match what we received.`, request);
  const before = deps.store.info(bucket, key);
  if (headerOf(request, "if-none-match") === "*" && before !== undefined) {
    return failure(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
      request,
    );
  }
  const ifMatch = headerOf(request, "if-match");
  if (ifMatch !== null && ifMatch !== before?.etag) {
    return failure(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
      request,
    );
  }
  const object = describe(key, content, request);
  deps.store.put(bucket, object, content, entryOf(200));
  return {
    status: 200,
    headers: { etag: object.etag, "x-amz-checksum-sha256": base64Of(object) },
    body: "",
    effect: true,
  };
}

function describe(key: string, content: Buffer, request: HttpRequest): ObjectInfo {
  const metadata = Object.entries(request.headers)
    .filter(([name]) => name.startsWith("x-amz-meta-"))
    .map(([name, value]) => [name.slice("x-amz-meta-".length), String(value)]);
  return {
    key,
    bytes: content.length,
    etag: `"${createHash("md5").update(content).digest("hex")}"`,
    sha256: createHash("sha256").update(content).digest("hex"),
    content_type: headerOf(request, "content-type") ?? "binary/octet-stream",
    metadata: Object.fromEntries(metadata),
    last_modified: new Date().toUTCString(),
  };
}

function base64Of(object: ObjectInfo): string {
  return Buffer.from(object.sha256, "hex").toString("base64");
}

/** The name of the first checksum that does not fit, from headers or trailers. */
function wrongChecksum(content: Buffer, claimed: (name: string) => string | null): string | undefined {
  const payload = claimed("x-amz-content-sha256");
  const hash = (algorithm: string): Buffer => createHash(algorithm).update(content).digest();
  if (payload !== null && /^[0-9a-f]{64}$/.test(payload) && payload !== hash("sha256").toString("hex"))
    return "x-amz-content-sha256";
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(content));
  const actual: readonly (readonly [string, () => Buffer])[] = [
    ["x-amz-checksum-sha256", () => hash("sha256")],
    ["x-amz-checksum-sha1", () => hash("sha1")],
    ["x-amz-checksum-crc32", () => crc],
    ["content-md5", () => hash("md5")],
  ];
  return actual.find(([name, compute]) => {
    const claim = claimed(name);
    return claim !== null && claim !== compute().toString("base64");
  })?.[0];
}

function getObject(deps: S3Deps, { bucket, key }: Target, request: HttpRequest): S3Answer {
  const object = deps.store.info(bucket, key);
  if (object === undefined) return failure(404, "NoSuchKey", "The specified key does not exist.", request);
  const wantsChecksum = headerOf(request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  const disposition = request.query.get("response-content-disposition");
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    status: 200,
    headers: {
      "content-type": object.content_type,
      "content-length": String(object.bytes),
      etag: object.etag,
      "last-modified": object.last_modified,
      ...Object.fromEntries(metadata),
      ...(disposition === null ? {} : { "content-disposition": disposition }),
      ...(wantsChecksum
        ? { "x-amz-checksum-sha256": base64Of(object), "x-amz-checksum-type": "FULL_OBJECT" }
        : {}),
    },
    body: request.method === "HEAD" ? "" : deps.store.content(bucket, object),
  };
}

function listObjects(deps: S3Deps, bucket: string, request: HttpRequest): S3Answer {
  const prefix = request.query.get("prefix") ?? "";
  const objects = deps.store.list(bucket).filter(({ key }) => key.startsWith(prefix));
  const contents = objects.map(
    (object) =>
      `<Contents><Key>${escapeHtml(object.key)}</Key><LastModified>${new Date(object.last_modified).toISOString()}</LastModified><ETag>${escapeHtml(object.etag)}</ETag><Size>${object.bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${escapeHtml(prefix)}</Prefix><KeyCount>${objects.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`,
  );
}

function failure(
  status: number,
  code: string,
  message: string,
  request: HttpRequest,
  region?: string,
): S3Answer {
  const where = region === undefined ? "" : `<Region>${region}</Region>`;
  return xml(
    status,
    `<Error><Code>${escapeHtml(code)}</Code><Message>${escapeHtml(message)}</Message>${where}<Resource>${escapeHtml(request.path)}</Resource><RequestId>${randomId("", 16)}</RequestId></Error>`,
  );
}

function xml(status: number, content: string): S3Answer {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
  };
}

function journalOf(request: HttpRequest, status: number | null, fault: Fault | undefined, effect: boolean) {
  return draftJournalEntry({
    service: "s3",
    method: request.method,
    path: request.path,
    status,
    effect,
    fault: fault?.id ?? null,
    objects: effect ? [request.path] : [],
    summary: { bytes: request.body.length },
  });
}

function note<R extends HttpReply>(
  deps: S3Deps,
  request: HttpRequest,
  status: number | null,
  fault: Fault | undefined,
  reply: R,
): R {
  deps.journal.record(journalOf(request, status, fault, false));
  return reply;
}
