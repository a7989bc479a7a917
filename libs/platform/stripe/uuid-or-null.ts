const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One of our ids as it stands in an object's metadata; anything else is none. */
export function uuidOrNull(text: unknown): string | null {
  return typeof text === "string" && uuid.test(text) ? text : null;
}
