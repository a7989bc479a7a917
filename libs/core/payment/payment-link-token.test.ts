import { paymentLinkKeys, paymentLinkToken, readPaymentLinkToken } from "./payment-link-token.ts";

const keys = paymentLinkKeys(["an old secret of at least 32 characters"]);
const claim = {
  linkId: "01931f4e-0000-7000-8000-000000000001",
  keyId: keys[0].id,
  expiresAtSeconds: 1_900_000_000,
};

function tokenOf(given = keys): string {
  const token = paymentLinkToken(given, claim);
  if (token === null) throw new Error("no token");
  return token;
}

describe("the token of a payment link", () => {
  test("is the same each time, and reads back as what it claims", () => {
    expect(tokenOf()).toBe(tokenOf());
    expect(readPaymentLinkToken(keys, tokenOf())).toEqual(claim);
  });

  test("is refused when any single character of it was changed", () => {
    const token = tokenOf();
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === "1" ? "2" : "1";
      const forged = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(readPaymentLinkToken(keys, forged)).toBeNull();
    }
  });

  test.each([
    "",
    "x",
    "....",
    "a.b.c.d",
    "\0",
    "é".repeat(43),
    "9".repeat(5_000),
    tokenOf().toUpperCase(),
    `${tokenOf()}A`,
    ` ${tokenOf()}`,
    `${tokenOf()}\n`,
  ])("is refused when it is garbage: %j", (garbage) => {
    expect(readPaymentLinkToken(keys, garbage)).toBeNull();
  });

  test("has one spelling: a signature with other unused bits is refused", () => {
    const token = tokenOf();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(token.slice(-1));
    const twin = `${token.slice(0, -1)}${alphabet[last ^ 1]}`;
    expect(Buffer.from(twin.slice(-43), "base64url")).toEqual(Buffer.from(token.slice(-43), "base64url"));
    expect(readPaymentLinkToken(keys, twin)).toBeNull();
  });

  test("outlives a change of keys while the old one is still listed, and ends with it", () => {
    const rotated = paymentLinkKeys([
      "a new secret of at least 32 characters!",
      "an old secret of at least 32 characters",
    ]);
    const replaced = paymentLinkKeys(["a new secret of at least 32 characters!"]);
    expect(readPaymentLinkToken(rotated, tokenOf())).toEqual(claim);
    expect(tokenOf(rotated)).toBe(tokenOf());
    expect(readPaymentLinkToken(replaced, tokenOf())).toBeNull();
    expect(paymentLinkToken(replaced, claim)).toBeNull();
  });

  test("cannot be signed by the bare secret: the key is derived for this purpose", () => {
    expect(Buffer.from(keys[0].secret).toString()).not.toContain("an old secret");
    expect(keys[0].id).toMatch(/^[0-9a-f]{8}$/);
  });
});
