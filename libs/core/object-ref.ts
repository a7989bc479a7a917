import { type IdKind, parsePublicId } from "./public-id.ts";

/** How a sender names an object: by our id (a UUID inside), or by its own external id or code. */
export type ObjectRef = { readonly id: string } | { readonly code: string };

/** Reads `cus_...` as our id and everything else as the sender's own name for the object. */
export function parseRef(kind: IdKind, text: string): ObjectRef {
  const id = parsePublicId(kind, text);
  return id === null ? { code: text } : { id };
}

/** The name as it is quoted in messages. */
export function refText(ref: ObjectRef): string {
  return "id" in ref ? ref.id : JSON.stringify(ref.code);
}
