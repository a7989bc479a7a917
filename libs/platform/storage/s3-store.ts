import { createHash } from "node:crypto";
import { types } from "node:util";
import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { DomainError, type ErrorCode, domainError } from "#libs/core/errors.ts";
import { checkedKey, type ObjectLink, type ObjectStore } from "./object-store.ts";
import { presignUrl } from "./presign-url.ts";

export type S3StoreConfig = {
  readonly bucket: string;
  readonly region: string;
  /** Another endpoint than Amazon's: MinIO, R2, the sandbox. */
  readonly endpoint?: string;
  /** Put before every key; slashes at its ends do not matter. */
  readonly prefix: string;
  readonly forcePathStyle: boolean;
  /** Unset: the SDK's own chain (environment, profile, role). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly timeoutMs?: number;
  /** How long a link may be used, in seconds, up to a week. Default: 15 minutes. */
  readonly linkSeconds?: number;
};

const TIMEOUT_MS = 30_000;

type PutInput = Parameters<ObjectStore["put"]>[0];

/** One bucket, the prefix in it, and how to speak to it. */
type Bucket = { readonly client: S3Client; readonly config: S3StoreConfig; readonly prefix: string };

/**
 * Objects in any store that speaks S3. The store checks the SHA-256 of what arrives and refuses to overwrite
 * (`If-None-Match: *`), so a repeated or racing put cannot change an object.
 */
export function createS3Store(config: S3StoreConfig): ObjectStore {
  const prefix = config.prefix.replace(/^\/+|\/+$/g, "");
  const client = new S3Client(clientConfig(config));
  const bucket: Bucket = { client, config, prefix };
  return {
    put: async (object) => {
      const { Key } = placeOf(bucket, object.key);
      const isNew = await createUnlessPresent(bucket, object);
      if (!isNew && (await headObject(bucket, object.key))?.sha256 !== object.sha256) {
        throw domainError(
          "object_conflict",
          `Other bytes are already stored as ${object.key}; they are kept.`,
        );
      }
      const url = `s3://${config.bucket}/${Key}`;
      return { key: object.key, url, stored: isNew ? "created" : "existed" };
    },
    get: (key) => getObject(bucket, key),
    head: (key) => headObject(bucket, key),
    link: (key, fileName) => linkTo(bucket, key, fileName),
    endsBrokenUploads: () => endsBrokenUploads(bucket),
    remove: async (key) => {
      const place = placeOf(bucket, key);
      await client.send(new DeleteObjectCommand(place)).catch((error: unknown) => {
        throw asStorageError(error, config);
      });
    },
    list: (folder, limit) => listKeys(bucket, folder, limit),
    check: async () => {
      try {
        await client.send(new HeadBucketCommand({ Bucket: config.bucket }));
      } catch (error) {
        throw asStorageError(await namedRefusal(bucket, error), config, { isBucketCall: true });
      }
    },
  };
}

async function linkTo(bucket: Bucket, key: string, fileName: string): Promise<ObjectLink> {
  const { client, config } = bucket;
  if ((await headObject(bucket, key)) === null)
    throw domainError("object_not_found", `Nothing is stored as ${key}.`);
  const now = new Date();
  const expiresSeconds = config.linkSeconds ?? 900;
  const url = presignUrl({
    ...{ url: urlOf(bucket, key), region: config.region, expiresSeconds, now },
    credentials: await client.config.credentials(),
    query: { "response-content-disposition": `inline; filename="${fileName}"` },
  });
  return { url, expiresAt: new Date(now.getTime() + expiresSeconds * 1_000) };
}

/** Bucket names with dots stand in the path: no certificate covers them as a host. */
function urlOf(bucket: Bucket, key: string): URL {
  const { bucket: name, endpoint, forcePathStyle, region } = bucket.config;
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(endpoint ?? `https://s3.${region}.${suffix}`);
  const isInPath = forcePathStyle || name.includes(".");
  if (!isInPath) url.host = `${name}.${url.host}`;
  const base = url.pathname.replace(/\/+$/, "");
  url.pathname = [base, ...(isInPath ? [name] : []), placeOf(bucket, key).Key].join("/");
  return url;
}

/** Null when the bucket's rules may not be read, or the store has none. */
async function endsBrokenUploads({ client, config }: Bucket): Promise<boolean | null> {
  try {
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket: config.bucket });
    const { Rules = [] } = await client.send(command);
    return Rules.some(
      (rule) => rule.Status === "Enabled" && rule.AbortIncompleteMultipartUpload !== undefined,
    );
  } catch (error) {
    return nameOf(error) === "NoSuchLifecycleConfiguration" ? false : null;
  }
}

/** A HEAD that is refused with 400 says no more; a list of nothing is refused with the reason. */
async function namedRefusal({ client, config }: Bucket, error: unknown): Promise<unknown> {
  if (statusOf(error) !== 400) return error;
  try {
    await client.send(new ListObjectsV2Command({ Bucket: config.bucket, MaxKeys: 0 }));
    return error;
  } catch (named) {
    return named;
  }
}

function placeOf({ config, prefix }: Bucket, key: string) {
  return { Bucket: config.bucket, Key: prefix === "" ? checkedKey(key) : `${prefix}/${checkedKey(key)}` };
}

async function headObject(bucket: Bucket, key: string) {
  const place = placeOf(bucket, key);
  try {
    const found = await bucket.client.send(new HeadObjectCommand({ ...place, ChecksumMode: "ENABLED" }));
    const sha256 = hexOf(found.ChecksumSHA256) ?? sha256Of(await getObject(bucket, key));
    return { sizeBytes: found.ContentLength ?? 0, sha256 };
  } catch (error) {
    if (statusOf(error) === 404 && nameOf(error) !== "NoSuchBucket") return null;
    throw asStorageError(error, bucket.config);
  }
}

async function listKeys(bucket: Bucket, folder: string, limit: number): Promise<string[]> {
  const { Bucket, Key } = placeOf(bucket, folder);
  const skipped = Key.length - folder.length;
  const keys: string[] = [];
  let token: string | undefined;
  try {
    do {
      const input = { Bucket, Prefix: `${Key}/`, MaxKeys: Math.min(1_000, limit - keys.length) };
      const page = await bucket.client.send(
        new ListObjectsV2Command({ ...input, ...(token === undefined ? {} : { ContinuationToken: token }) }),
      );
      for (const { Key: found } of page.Contents ?? [])
        if (found !== undefined) keys.push(found.slice(skipped));
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined && keys.length < limit);
  } catch (error) {
    throw asStorageError(error, bucket.config);
  }
  return keys.slice(0, limit);
}

async function getObject(bucket: Bucket, key: string): Promise<Uint8Array> {
  const place = placeOf(bucket, key);
  try {
    const found = await bucket.client.send(new GetObjectCommand(place));
    return (await found.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") throw domainError("object_not_found", `Nothing is stored as ${key}.`);
    throw asStorageError(error, bucket.config);
  }
}

/** Stores that do not know `If-None-Match` on a put are asked first; two racing puts of one key carry the same bytes. */
async function createUnlessPresent(bucket: Bucket, object: PutInput): Promise<boolean> {
  try {
    return await putObject(bucket, object, { IfNoneMatch: "*" });
  } catch (error) {
    if (statusOf(error) !== 501) throw asStorageError(error, bucket.config);
  }
  if ((await headObject(bucket, object.key)) !== null) return false;
  return putObject(bucket, object, {}).catch((error: unknown) => {
    throw asStorageError(error, bucket.config);
  });
}

/** False when an object is there already. */
async function putObject(
  bucket: Bucket,
  object: PutInput,
  condition: { readonly IfNoneMatch?: "*" },
): Promise<boolean> {
  try {
    await bucket.client.send(
      new PutObjectCommand({
        ...placeOf(bucket, object.key),
        ...condition,
        Body: object.bytes,
        ContentLength: object.bytes.length,
        ContentType: object.contentType,
        ChecksumSHA256: Buffer.from(object.sha256, "hex").toString("base64"),
        Metadata: { sha256: object.sha256 },
      }),
    );
    return true;
  } catch (error) {
    if (statusOf(error) === 412) return false;
    throw error;
  }
}

function clientConfig(config: S3StoreConfig): S3ClientConfig {
  const timeoutMs = config.timeoutMs ?? TIMEOUT_MS;
  return {
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    maxAttempts: 3,
    // We send and compare SHA-256 ourselves; other checksums are not known to every store.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 5_000),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true, // without it the handler only logs
      socketTimeout: timeoutMs,
    },
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  };
}

const refusedNames = new Set([
  "AccessDenied",
  "Forbidden",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
]);
const regionNames = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "PermanentRedirect",
]);
/** Refused with 403, and yet over by itself: the clocks differ. */
const passingNames = new Set(["RequestTimeTooSkewed"]);

/**
 * Names what went wrong and says what to change; what waiting does not mend is `misconfigured`, so that nobody tries it
 * again and again. A HEAD has no body, so there the status has to tell.
 */
function asStorageError(
  error: unknown,
  config: S3StoreConfig,
  call: { readonly isBucketCall: boolean } = { isBucketCall: false },
): DomainError {
  if (error instanceof DomainError) return error;
  const [name, status] = [nameOf(error), statusOf(error)];
  const because = (code: ErrorCode, message: string) =>
    domainError(code, `${message} (${name}: ${types.isNativeError(error) ? error.message : String(error)})`);
  if (name === "NoSuchBucket" || (call.isBucketCall && status === 404)) {
    return because(
      "s3_bucket_missing",
      `There is no bucket ${config.bucket}; set INVOICE_S3_BUCKET or create it.`,
    );
  }
  if (name === "InvalidBucketName") {
    return because("s3_bucket_invalid", `${config.bucket} is no name of a bucket; set INVOICE_S3_BUCKET.`);
  }
  if (name === "CredentialsProviderError") {
    return because(
      "s3_credentials_missing",
      "Neither AWS_ACCESS_KEY_ID nor a role or profile of this machine gives credentials.",
    );
  }
  if (name === "ExpiredToken") {
    return because("s3_credentials_expired", `The session for bucket ${config.bucket} has expired.`);
  }
  if (regionNames.has(name) || status === 301 || (call.isBucketCall && status === 400)) {
    return because(
      "s3_region_wrong",
      `Bucket ${config.bucket} is not in ${config.region}; set INVOICE_S3_REGION.`,
    );
  }
  if (refusedNames.has(name) || ((status === 401 || status === 403) && !passingNames.has(name))) {
    return because("s3_credentials_refused", `The credentials may not use bucket ${config.bucket}.`);
  }
  // The SDK calls every end of a connection TimeoutError; its code tells them apart.
  if (isCut(error)) {
    return because("storage_interrupted", `The connection to the store of ${config.bucket} broke off.`);
  }
  if (name === "TimeoutError") {
    const waited = `${(config.timeoutMs ?? TIMEOUT_MS) / 1_000} s`;
    return because("storage_timeout", `The store of bucket ${config.bucket} took longer than ${waited}.`);
  }
  return because("storage_unavailable", `The store of bucket ${config.bucket} did not do it.`);
}

/** Codes and words of Node's sockets; the SDK keeps the code where it wraps an error, or the words alone. */
const cutWords = /ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|socket hang up|aborted|premature close/i;

function isCut(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return cutWords.test("code" in error ? `${String(error.code)} ${error.message}` : error.message);
}

function nameOf(error: unknown): string {
  return types.isNativeError(error) ? error.name : "";
}

function statusOf(error: unknown): number | null {
  if (!types.isNativeError(error) || !("$metadata" in error)) return null;
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode ?? null;
}

function hexOf(base64: string | undefined): string | null {
  // A checksum of a multipart upload ends in "-N" and is not that of the bytes.
  return base64 === undefined || base64.includes("-") ? null : Buffer.from(base64, "base64").toString("hex");
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
