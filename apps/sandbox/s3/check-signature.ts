import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type HttpRequest, headerOf } from "../http/http-exchange.ts";

/** Who may sign, and for which region; what is unset is not looked at. */
export type S3Account = {
  readonly accessKeyId: string;
  readonly secretAccessKey?: string | undefined;
  readonly region?: string | undefined;
};

export type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Where the bucket is, for who asked elsewhere. */
  readonly region?: string;
};

type Signed = {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly time: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly payload: string;
  /** Of an address that was signed in advance: seconds from `time`. */
  readonly expires: number | null;
};

/** Refuses as S3 does, in its order: no signature, unknown key, another region, a signature of something else, too late. */
export function checkSignature(request: HttpRequest, account: S3Account): Refusal | undefined {
  const signed = readSigned(request);
  if (signed === undefined) return denied("Access Denied: the request is not signed");
  if (signed.accessKeyId !== account.accessKeyId) {
    const message = "The AWS Access Key Id you provided does not exist in our records.";
    return { status: 403, code: "InvalidAccessKeyId", message };
  }
  const { region, secretAccessKey } = account;
  if (region !== undefined && signed.region !== region) {
    const message = `The authorization header is malformed; the region '${signed.region}' is wrong; expecting '${region}'`;
    return { status: 400, code: "AuthorizationHeaderMalformed", message, region };
  }
  if (secretAccessKey !== undefined && !isSignedBy(request, signed, secretAccessKey)) {
    const message =
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    return { status: 403, code: "SignatureDoesNotMatch", message };
  }
  const isLate = signed.expires !== null && Date.now() > timeOf(signed.time) + signed.expires * 1_000;
  return isLate ? denied("Request has expired") : undefined;
}

function denied(message: string): Refusal {
  return { status: 403, code: "AccessDenied", message };
}

function readSigned({ headers, query }: HttpRequest): Signed | undefined {
  const header = headerOf({ headers }, "authorization");
  const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(header ?? "")?.[1];
  const credential = header === null ? query.get("X-Amz-Credential") : field("Credential");
  if (credential === null || credential === undefined) return undefined;
  const [accessKeyId = "", date = "", region = ""] = credential.split("/");
  const who = { accessKeyId, date, region };
  if (header === null) {
    return {
      ...{
        ...who,
        time: query.get("X-Amz-Date") ?? "",
        signedHeaders: query.get("X-Amz-SignedHeaders") ?? "",
      },
      ...{ signature: query.get("X-Amz-Signature") ?? "", payload: "UNSIGNED-PAYLOAD" },
      expires: Number(query.get("X-Amz-Expires")),
    };
  }
  return {
    ...{
      ...who,
      time: headerOf({ headers }, "x-amz-date") ?? "",
      signedHeaders: field("SignedHeaders") ?? "",
    },
    ...{ signature: field("Signature") ?? "", payload: headerOf({ headers }, "x-amz-content-sha256") ?? "" },
    expires: null,
  };
}

function isSignedBy(request: HttpRequest, signed: Signed, secret: string): boolean {
  const headers = signed.signedHeaders.split(";");
  const canonical = [
    request.method,
    request.path,
    [...request.query]
      .filter(([name]) => name !== "X-Amz-Signature")
      .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
      .sort()
      .join("&"),
    ...headers.map((name) => `${name}:${(headerOf(request, name) ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signed.signedHeaders,
    signed.payload,
  ].join("\n");
  const scope = `${signed.date}/${signed.region}/s3/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const text = `AWS4-HMAC-SHA256\n${signed.time}\n${scope}\n${digest}`;
  const expected = createHmac("sha256", key).update(text).digest("hex");
  return (
    expected.length === signed.signature.length &&
    timingSafeEqual(Buffer.from(expected), Buffer.from(signed.signature))
  );
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20261121T130000Z` */
function timeOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
