import { createHash } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startTestSandbox, type TestSandbox } from "../../../apps/sandbox/sandbox-fixture.ts";
import { createS3Store, type S3StoreConfig } from "./s3-store.ts";

const credentials = { accessKeyId: "sandbox", secretAccessKey: "the secret of the sandbox" };
const region = "eu-central-1";
const bytes = new Uint8Array(Buffer.from("%PDF-1.7 ".repeat(5_000)));
const object = {
  ...{ key: "ten_1/invoices/INV-1=a.pdf", bytes, contentType: "application/pdf" },
  sha256: createHash("sha256").update(bytes).digest("hex"),
};
let test: TestSandbox;

beforeEach(async () => {
  test = await startTestSandbox({ s3SecretAccessKey: credentials.secretAccessKey, s3Region: region });
  const endpoint = test.sandbox().s3Url;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: "invoices" }));
});
afterEach(() => test.end());

const storeWith = (over: Partial<S3StoreConfig> = {}) =>
  createS3Store({
    ...{ bucket: "invoices", region, endpoint: test.sandbox().s3Url, prefix: "a b", forcePathStyle: true },
    ...{ credentials, ...over },
  });
const fault = (given: Record<string, unknown>) =>
  test.control("POST", "/_sandbox/faults", { service: "s3", times: null, ...given });
/** What one of them is refused with, and what a person is told. */
const refusal = async (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code: string; message: string }) => error,
  );

describe("the S3 store at a server that refuses as S3 does", () => {
  it.each([
    [
      "a key that nobody has",
      { credentials: { ...credentials, accessKeyId: "AKIASTRANGER" } },
      ["s3_credentials_refused", "InvalidAccessKeyId", "may not use bucket invoices"],
    ],
    [
      "a wrong secret",
      { credentials: { ...credentials, secretAccessKey: "wrong" } },
      ["s3_credentials_refused", "SignatureDoesNotMatch", "may not use bucket invoices"],
    ],
    [
      "a bucket that is not there",
      { bucket: "elsewhere" },
      ["s3_bucket_missing", "NoSuchBucket", "set INVOICE_S3_BUCKET or create it"],
    ],
    [
      "another region",
      { region: "us-east-1" },
      ["s3_region_wrong", "AuthorizationHeaderMalformed", "not in us-east-1; set INVOICE_S3_REGION"],
    ],
  ])("names %s, in the check as in the upload", async (_what, config, [code, name, text]) => {
    const store = storeWith(config);
    const put = await refusal(store.put(object));
    expect(put).toMatchObject({ code, message: expect.stringContaining(text ?? "") });
    expect(put?.message).toContain(name);
    expect(await refusal(store.check())).toMatchObject({ code });
    await test.control("DELETE", "/_sandbox/faults");
    expect(await storeWith().head(object.key)).toBeNull();
  });

  it("names a bucket that answers from elsewhere", async () => {
    await fault({ action: "status", status: 301, code: "PermanentRedirect" });
    expect(await refusal(storeWith().put(object))).toMatchObject({ code: "s3_region_wrong" });
  });

  it("tells a slow store from one that cuts the connection, and stores once when it works again", async () => {
    const store = storeWith({ timeoutMs: 150 });
    await fault({ action: "delay", delayMs: 1_500, method: "PUT" });
    expect(await refusal(store.put(object))).toMatchObject({
      code: "storage_timeout",
      message: expect.stringContaining("longer than 0.15 s"),
    });
    await test.control("DELETE", "/_sandbox/faults");
    await fault({ action: "cut", method: "PUT" });
    expect(await refusal(storeWith().put(object))).toMatchObject({ code: "storage_interrupted" });
    await test.control("DELETE", "/_sandbox/faults");
    await storeWith().put(object);
    expect(await storeWith().head(object.key)).toEqual({ sizeBytes: bytes.length, sha256: object.sha256 });
  });

  it("never gives half an object for a whole one", async () => {
    await storeWith().put(object);
    await fault({ action: "cut", method: "GET" });
    expect(await refusal(storeWith().get(object.key))).toMatchObject({ code: "storage_interrupted" });
    await test.control("DELETE", "/_sandbox/faults");
    await fault({ action: "slow", delayMs: 1_500, method: "GET" });
    expect(await refusal(storeWith({ timeoutMs: 150 }).get(object.key))).toMatchObject({
      code: "storage_timeout",
    });
  });

  it("finds what an upload stored whose answer was cut", async () => {
    await fault({ action: "after-commit", method: "PUT", times: 1 });
    expect(await storeWith().put(object)).toMatchObject({ stored: "existed" });
  });
});

describe("a link to an object", () => {
  it("is read without credentials until it expires, as the file it names", async () => {
    const store = storeWith({ linkSeconds: 60 });
    await store.put(object);
    const link = await store.link(object.key, "INV 1.pdf");
    const answer = await fetch(link?.url ?? "");
    expect(answer.headers.get("content-disposition")).toBe('inline; filename="INV 1.pdf"');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    const url = new URL(link?.url ?? "");
    expect(url.searchParams.get("X-Amz-Expires")).toBe("60");
    expect(link?.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it("opens nothing else, and nothing once it has expired", async () => {
    const store = storeWith({ linkSeconds: 60 });
    await store.put(object);
    const { url = "" } = (await store.link(object.key, "INV-1.pdf")) ?? {};
    const longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600");
    const other = url.replace("INV-1%3Da.pdf", "INV-2.pdf").replace("INV-1=a.pdf", "INV-2.pdf");
    const past = (await storeWith({ linkSeconds: -1 }).link(object.key, "INV-1.pdf"))?.url ?? "";
    for (const tried of [longer, other, past]) expect((await fetch(tried)).status).toBe(403);
    expect(other).not.toBe(url);
  });

  it("is never given to an object that is not there", async () => {
    expect(await refusal(storeWith().link("a/b.pdf", "b.pdf"))).toMatchObject({ code: "object_not_found" });
  });
});

describe("uploads that broke off", () => {
  const rules = (rule: string) =>
    `<LifecycleConfiguration><Rule><ID>r</ID><Filter></Filter>${rule}</Rule></LifecycleConfiguration>`;
  const end =
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>";

  it.each([
    ["no rules", null, false],
    ["a rule that ends them", rules(`<Status>Enabled</Status>${end}`), true],
    ["one that is switched off", rules(`<Status>Disabled</Status>${end}`), false],
    ["another rule", rules("<Status>Enabled</Status><Expiration><Days>9</Days></Expiration>"), false],
  ])("are looked after by %s or not", async (_what, sent, expected) => {
    if (sent !== null) {
      await test.end();
      test = await startTestSandbox();
      const client = new S3Client({
        endpoint: test.sandbox().s3Url,
        region,
        forcePathStyle: true,
        credentials,
      });
      await client.send(new CreateBucketCommand({ Bucket: "invoices" }));
      const authorization = "AWS4-HMAC-SHA256 Credential=sandbox/20260101/x/s3/aws4_request";
      await fetch(`${test.sandbox().s3Url}/invoices?lifecycle`, {
        ...{ method: "PUT", body: sent, headers: { authorization } },
      });
    }
    expect(await storeWith().endsBrokenUploads()).toBe(expected);
  });

  it("are not spoken of where the rules may not be read", async () => {
    await fault({ action: "status", status: 403, code: "AccessDenied" });
    expect(await storeWith().endsBrokenUploads()).toBeNull();
  });
});
