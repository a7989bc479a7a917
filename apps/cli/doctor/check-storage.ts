import type { Config } from "#libs/platform/config.ts";
import type { ObjectStore } from "#libs/platform/storage/object-store.ts";
import { attempt, type Finding, warning } from "./finding.ts";

/** Whether files can be stored, and whether the bucket ends uploads that broke off. */
export function checkStorage(
  store: Pick<ObjectStore, "check" | "endsBrokenUploads">,
  config: Pick<Config, "storage" | "INVOICE_S3_BUCKET">,
): Promise<Finding> {
  const advice =
    "check the bucket's name and region, the AWS credentials and their permissions (INVOICE_S3_*, AWS_*)";
  return attempt("storage", advice, async () => {
    await store.check();
    if (config.storage !== "s3") return "the folder takes files";
    return (await store.endsBrokenUploads()) === false
      ? brokenUploads(config.INVOICE_S3_BUCKET ?? "")
      : `s3://${config.INVOICE_S3_BUCKET} takes files`;
  });
}

function brokenUploads(bucket: string): Finding {
  const rule = `{"Rules":[{"ID":"broken-uploads","Status":"Enabled","Filter":{},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}}]}`;
  return warning(
    "storage",
    `s3://${bucket} takes files, but keeps, and bills, the pieces of uploads that broke off: no lifecycle rule ends them`,
    `aws s3api put-bucket-lifecycle-configuration --bucket ${bucket} --lifecycle-configuration '${rule}' (it replaces the rules there are)`,
  );
}
