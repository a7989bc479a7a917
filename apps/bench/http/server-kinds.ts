/** Our API; Express that only parses; Express that inserts each event by itself; Express that only verifies a webhook. */
export const serverKinds = ["api", "bare", "insert", "verify"] as const;
export type ServerKind = (typeof serverKinds)[number];

export function isServerKind(text: string | undefined): text is ServerKind {
  return serverKinds.some((kind) => kind === text);
}
