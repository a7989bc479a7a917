import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startTestSandbox, type TestSandbox } from "../sandbox-fixture.ts";

let test: TestSandbox;
let s3: S3Client;

function client(accessKeyId = "sandbox"): S3Client {
  return new S3Client({
    endpoint: test.sandbox().s3Url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey: "any" },
    maxAttempts: 1,
  });
}

beforeEach(async () => {
  test = await startTestSandbox();
  s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: "invoices" }));
});
afterEach(() => test.end());

const pdf = Buffer.from("%PDF-1.7 żółw ".repeat(5000));
const sha256 = createHash("sha256").update(pdf).digest("base64");
const where = { Bucket: "invoices", Key: "tenant/inv 1/v1-ż+&.pdf" };
const put = (more: Record<string, unknown> = {}) =>
  new PutObjectCommand({
    ...where,
    Body: pdf,
    ContentType: "application/pdf",
    ChecksumSHA256: sha256,
    IfNoneMatch: "*",
    ...more,
  });
const fault = (body: Record<string, unknown>): Promise<unknown> =>
  test.control("POST", "/_sandbox/faults", { service: "s3", ...body });

describe("S3", () => {
  it("stores once, tells size and checksum, and gives the same bytes back after a restart", async () => {
    await s3.send(put({ Metadata: { invoice: "inv_1" } }));
    await test.restart();
    s3 = client();
    const head = await s3.send(new HeadObjectCommand({ ...where, ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({
      ContentLength: pdf.length,
      ChecksumSHA256: sha256,
      ContentType: "application/pdf",
      Metadata: { invoice: "inv_1" },
    });
    const got = await s3.send(new GetObjectCommand({ ...where, ChecksumMode: "ENABLED" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(pdf)).toBe(true);
    await expect(s3.send(put())).rejects.toMatchObject({
      name: "PreconditionFailed",
      $metadata: { httpStatusCode: 412 },
    });
    const effects = (await test.journal("?service=s3")).filter(({ effect }) => effect);
    expect(effects.map(({ method, status }) => [method, status])).toEqual([
      ["PUT", 200],
      ["PUT", 200],
    ]);
  });

  it("takes streamed bodies in aws-chunked form", async () => {
    await s3.send(
      new PutObjectCommand({
        ...where,
        Body: Readable.from([pdf.subarray(0, 9000), pdf.subarray(9000)]),
        ContentLength: pdf.length,
        ChecksumAlgorithm: "SHA256",
      }),
    );
    expect(await s3.send(new HeadObjectCommand(where))).toMatchObject({ ContentLength: pdf.length });
  });

  it("refuses a body that does not fit its checksum", async () => {
    const wrong = createHash("sha256").update("other").digest("base64");
    await expect(s3.send(put({ ChecksumSHA256: wrong }))).rejects.toMatchObject({ name: "BadDigest" });
    await expect(s3.send(new HeadObjectCommand(where))).rejects.toMatchObject({ name: "NotFound" });
  });

  it("says what is missing or not allowed", async () => {
    await expect(s3.send(new GetObjectCommand(where))).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(s3.send(put({ Bucket: "nowhere" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
      $metadata: { httpStatusCode: 404 },
    });
    await expect(client("stranger").send(put())).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(s3.send(put({ Bucket: ".." }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: expect.any(Number) as number },
    });
  });

  it("lists by prefix and deletes", async () => {
    await s3.send(put());
    await s3.send(put({ Key: "other/x.pdf" }));
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: "invoices", Prefix: "tenant/" }));
    expect(listed.Contents).toMatchObject([{ Key: where.Key, Size: pdf.length }]);
    await s3.send(new DeleteObjectCommand(where));
    expect((await s3.send(new ListObjectsV2Command({ Bucket: "invoices" }))).Contents).toMatchObject([
      { Key: "other/x.pdf" },
    ]);
  });

  it("fails before, in the middle and after on demand", async () => {
    await fault({ action: "status", status: 503 });
    await expect(s3.send(put())).rejects.toMatchObject({ name: "SlowDown" });
    await fault({ action: "cut" });
    await expect(s3.send(put())).rejects.toThrow();
    await expect(s3.send(new HeadObjectCommand(where))).rejects.toMatchObject({ name: "NotFound" });
    await fault({ action: "after-commit" });
    await expect(s3.send(put())).rejects.toThrow();
    expect(await s3.send(new HeadObjectCommand(where))).toMatchObject({ ContentLength: pdf.length });
    await fault({ action: "cut", method: "GET" });
    const half = await s3.send(new GetObjectCommand(where));
    await expect(half.Body?.transformToByteArray()).rejects.toThrow();
    const puts = (await test.journal("?service=s3")).filter(
      ({ method, path }) => method === "PUT" && path.includes("tenant"),
    );
    expect(puts.map(({ status, effect }) => [status, effect])).toEqual([
      [503, false],
      [null, false],
      [null, true],
    ]);
  });
});
