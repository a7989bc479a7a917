import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parsePublicId, publicId } from "../public-id.ts";

/** A key that signs payment links; `id` stands in each link, so that keys can be changed. */
export type PaymentLinkKey = { readonly id: string; readonly secret: Uint8Array };

/** The first signs; all verify. */
export type PaymentLinkKeys = readonly [PaymentLinkKey, ...PaymentLinkKey[]];

export type PaymentLinkClaim = {
  readonly linkId: string;
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly expiresAtSeconds: number;
};

const days = 30;
/** How long a link serves, in seconds. */
export const paymentLinkSeconds = days * 86_400;

const purpose = "billwright payment link v1";
const tokenShape = /^[0-9a-f]{8}\.pl_[0-9a-hjkmnp-tv-z]{26}\.[0-9a-z]{1,10}\.[A-Za-z0-9_-]{43}$/;

/** Keys from the secrets of the configuration, newest first. A key serves this purpose only, its id tells nothing of it. */
export function paymentLinkKeys(secrets: readonly [string, ...string[]]): PaymentLinkKeys {
  const [first, ...others] = secrets;
  return [keyOf(first), ...others.map(keyOf)];
}

function keyOf(text: string): PaymentLinkKey {
  const secret = createHmac("sha256", text).update(purpose).digest();
  return { id: createHash("sha256").update(secret).digest("hex").slice(0, 8), secret };
}

/** The token of a link, the same each time: `kid.link_id.expiry.HMAC`. Null when its key is no longer there. */
export function paymentLinkToken(keys: PaymentLinkKeys, claim: PaymentLinkClaim): string | null {
  const key = keys.find((each) => each.id === claim.keyId);
  if (key === undefined) return null;
  const link = publicId("payment_link", claim.linkId);
  const signed = `${key.id}.${link}.${claim.expiresAtSeconds.toString(36)}`;
  return `${signed}.${mac(key, signed)}`;
}

/**
 * What a token claims when one of our keys has signed it, else null. Takes the same time for every token that is not
 * ours, whatever is wrong with it: one HMAC and one comparison. Says nothing about expiry.
 */
export function readPaymentLinkToken(keys: PaymentLinkKeys, token: string): PaymentLinkClaim | null {
  const isShaped = tokenShape.test(token);
  const [keyId = "", link = "", expiry = "", given = ""] = (isShaped ? token : shapedGarbage).split(".");
  const known = keys.find((each) => each.id === keyId);
  const expected = mac(known ?? keys[0], `${keyId}.${link}.${expiry}`);
  const isSigned = timingSafeEqual(Buffer.from(given, "latin1"), Buffer.from(expected, "latin1"));
  if (!isShaped || known === undefined || !isSigned) return null;
  const linkId = parsePublicId("payment_link", link);
  const expiresAtSeconds = Number.parseInt(expiry, 36);
  return linkId === null ? null : { linkId, keyId, expiresAtSeconds };
}

const shapedGarbage = `00000000.pl_${"0".repeat(26)}.0.${"0".repeat(43)}`;

function mac(key: PaymentLinkKey, signed: string): string {
  return createHmac("sha256", key.secret).update(signed).digest("base64url");
}
