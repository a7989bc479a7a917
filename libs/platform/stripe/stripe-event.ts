import { isRecord } from "./is-record.ts";
import { uuidOrNull } from "./uuid-or-null.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The object inside a stored message, as Stripe sent it. */
export function objectOfEvent(payload: unknown): Fields {
  const data = isRecord(payload) && isRecord(payload["data"]) ? payload["data"] : {};
  return isRecord(data["object"]) ? data["object"] : {};
}

/** By what its owner is found: Stripe's ids in the object that we may have noted, and the tenant that it names. */
export type EventOwner = { readonly objectIds: readonly string[]; readonly namedTenantId: string | null };

const references = ["id", "payment_intent", "invoice"] as const;

export function ownerOfObject(object: Fields): EventOwner {
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  return {
    objectIds: references.flatMap((name) => idOf(object[name]) ?? []),
    namedTenantId: uuidOrNull(metadata["billwright_tenant"]),
  };
}

/** An id, which stands alone or in an expanded object. */
export function idOf(reference: unknown): string | null {
  if (typeof reference === "string") return reference;
  return isRecord(reference) && typeof reference["id"] === "string" ? reference["id"] : null;
}
