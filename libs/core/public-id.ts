import { domainError } from "./errors.ts";

/** Prefix of a public id by what it names (API.md). */
export const idPrefixes = {
  tenant: "ten",
  api_key: "key",
  operator: "usr",
  customer: "cus",
  meter: "mtr",
  plan: "pln",
  price: "prc",
  subscription: "sub",
  subscription_item: "si",
  invoice: "inv",
  invoice_line: "li",
  credit_note: "cn",
  payment: "pay",
  payment_method: "pm",
  refund: "rfd",
  dispute: "dsp",
  payment_link: "pl",
  tax_rate: "tax",
  coupon: "cpn",
  credit_grant: "crd",
  billing_run: "run",
  job: "job",
  event_import: "imp",
  webhook_endpoint: "whe",
  webhook_delivery: "whd",
  test_clock: "clk",
  ledger_transaction: "led",
  reconciliation: "rec",
  domain_event: "evt",
  audit_log: "aud",
} as const;

export type IdKind = keyof typeof idPrefixes;

const publicKinds = Object.keys(idPrefixes).filter(isIdKind);

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** `publicId("customer", uuid)` -> `cus_` and 26 sortable base32 characters. */
export function publicId(kind: IdKind, uuid: string): string {
  const hex = uuid.replaceAll("-", "");
  let out = `${idPrefixes[kind]}_${base32Of(hex.slice(0, 2), 2)}`;
  // Five hexadecimal digits are four of ours.
  for (let at = 2; at < 32; at += 5) out += base32Of(hex.slice(at, at + 5), 4);
  return out;
}

function base32Of(hex: string, length: number): string {
  const value = Number.parseInt(hex, 16);
  let out = "";
  for (let shift = 5 * (length - 1); shift >= 0; shift -= 5) out += alphabet.charAt((value >> shift) & 31);
  return out;
}

/** The UUID inside a public id of that kind, or null when the text is none. */
export function parsePublicId(kind: IdKind, id: string): string | null {
  const prefix = `${idPrefixes[kind]}_`;
  if (!id.startsWith(prefix) || id.length !== prefix.length + 26) return null;
  let value = 0n;
  for (const char of id.slice(prefix.length)) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return null;
    value = (value << 5n) | BigInt(digit);
  }
  if (value >> 128n !== 0n) return null;
  const hex = value.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What a public id of any kind names, and its UUID; null when the text is none. */
export function readPublicId(id: string): { readonly kind: IdKind; readonly uuid: string } | null {
  for (const kind of publicKinds) {
    const uuid = parsePublicId(kind, id);
    if (uuid !== null) return { kind, uuid };
  }
  return null;
}

/** Whether a kind of thing, as the audit log and the events name it, has public ids. */
export function isIdKind(kind: string): kind is IdKind {
  return Object.hasOwn(idPrefixes, kind);
}

/** Whether a text begins with one of our prefixes: such external ids are refused. */
function looksLikePublicId(text: string): boolean {
  return Object.values(idPrefixes).some((prefix) => text.startsWith(`${prefix}_`));
}

/** @throws `external_id_reserved` when an external id begins with one of our prefixes */
export function assertExternalId(externalId: string): void {
  if (looksLikePublicId(externalId)) {
    throw domainError(
      "external_id_reserved",
      `"${externalId}" begins with one of Billwright's own prefixes; choose an id that does not`,
    );
  }
}
