import type { NumberTemplate, Token } from "./number-template.ts";

/** One place of a number: the characters that may stand there; `many`: none of them, one or more. */
type Place = { readonly characters: string; readonly many: boolean };

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const dateLengths = { YYYY: 4, YY: 2, MM: 2, DD: 2, YYYYMM: 6 } as const;

/**
 * Whether two templates could ever give the same number, such as `INV-{SEQ:4}` and `INV-{SEQ:5}` with `INV-10000`. A date may be any
 * digits, and {PREFIX} any letters and digits: a customer's prefix with a "-" in it is not followed.
 */
export function mayGiveSameNumber(a: NumberTemplate, b: NumberTemplate): boolean {
  const [left, right] = [placesOf(a), placesOf(b)];
  const seen = new Set<string>();
  const open: (readonly [number, number])[] = [[0, 0]];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const [i, j] = state;
    if (seen.has(`${i} ${j}`)) continue;
    seen.add(`${i} ${j}`);
    const [x, y] = [left[i], right[j]];
    if (x === undefined && y === undefined) return true;
    if (x?.many) open.push([i + 1, j]);
    if (y?.many) open.push([i, j + 1]);
    if (x === undefined || y === undefined) continue;
    if ([...x.characters].some((character) => y.characters.includes(character)))
      open.push([x.many ? i : i + 1, y.many ? j : j + 1]);
  }
  return false;
}

function placesOf(template: NumberTemplate): Place[] {
  const count: Token = { kind: "sequence", pad: template.pad };
  return [...template.before, count, ...template.after].flatMap(placesOfToken);
}

function placesOfToken(token: Token): Place[] {
  const digit = { characters: digits, many: false };
  switch (token.kind) {
    case "text":
      return [...token.text].map((characters) => ({ characters, many: false }));
    case "prefix":
      return [{ characters: letters + digits, many: true }];
    case "date":
      return Array.from({ length: dateLengths[token.token] }, () => digit);
    case "sequence":
      return [...Array.from({ length: token.pad }, () => digit), { characters: digits, many: true }];
  }
}
