import { randomInt } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A random id in the providers' form: `randomId("in_")` -> `in_1Q8...` (24 letters and digits after the prefix). */
export function randomId(prefix: string, length = 24): string {
  let id = prefix;
  for (let i = 0; i < length; i += 1) id += alphabet.charAt(randomInt(alphabet.length));
  return id;
}
