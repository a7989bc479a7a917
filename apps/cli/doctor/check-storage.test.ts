import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createS3Store } from "#libs/platform/storage/s3-store.ts";
import { startTestSandbox, type TestSandbox } from "../../sandbox/sandbox-fixture.ts";
import { checkStorage } from "./check-storage.ts";

const region = "eu-central-1";
const credentials = { accessKeyId: "sandbox", secretAccessKey: "right" };
let test: TestSandbox;

beforeAll(async () => {
  test = await startTestSandbox({ s3SecretAccessKey: "right", s3Region: region });
  const client = new S3Client({ endpoint: test.sandbox().s3Url, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: "invoices" }));
});
afterAll(() => test.end());

type Given = {
  readonly bucket?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
};

const check = ({ bucket = "invoices", region: where = region, ...keys }: Given, timeoutMs = 5_000) => {
  const store = createS3Store({
    ...{ bucket, region: where, prefix: "", forcePathStyle: true, endpoint: test.sandbox().s3Url, timeoutMs },
    credentials: { ...credentials, ...keys },
  });
  return checkStorage(store, { storage: "s3", INVOICE_S3_BUCKET: bucket });
};

describe("the doctor's look at S3", () => {
  it.each<[string, Given, string]>([
    [
      "an unknown key",
      { accessKeyId: "AKIASTRANGER" },
      "s3_credentials_refused: The credentials may not use bucket invoices",
    ],
    [
      "a wrong secret",
      { secretAccessKey: "wrong" },
      "s3_credentials_refused: The credentials may not use bucket invoices",
    ],
    ["a missing bucket", { bucket: "elsewhere" }, "s3_bucket_missing: There is no bucket elsewhere"],
    ["a wrong region", { region: "us-east-1" }, "s3_region_wrong: Bucket invoices is not in us-east-1"],
  ])("names %s", async (_what, given, detail) => {
    expect(await check(given)).toMatchObject({
      ...{ check: "storage", level: "problem", detail: expect.stringContaining(detail) },
      advice: expect.stringContaining("INVOICE_S3_"),
    });
  });

  it("names a store that is slow, and one that cuts the connection", async () => {
    const fault = { service: "s3", times: null };
    await test.control("POST", "/_sandbox/faults", { ...fault, action: "delay", delayMs: 1_500 });
    expect((await check({}, 150)).detail).toContain("storage_timeout: ");
    await test.control("DELETE", "/_sandbox/faults");
    await test.control("POST", "/_sandbox/faults", { ...fault, action: "cut", method: "HEAD" });
    expect((await check({})).detail).toContain("storage_interrupted: ");
    await test.control("DELETE", "/_sandbox/faults");
  });

  it("warns of a bucket that keeps uploads that broke off, and says which rule ends them", async () => {
    expect(await check({})).toMatchObject({
      ...{ level: "warning", detail: expect.stringContaining("no lifecycle rule ends them") },
      advice: expect.stringContaining("AbortIncompleteMultipartUpload"),
    });
  });
});
