import { Decimal } from "../money/decimal.ts";
import { canonicalJson, inputHash } from "./input-hash.ts";

describe("inputHash", () => {
  test("equal facts have one canonical text, whatever the order of keys", () => {
    const text = '{"a":"1.5","b":"12345678901234567890","c":[1,null,true,"é"],"d":{"x":"0"}}';
    const facts = {
      d: { x: new Decimal(0).neg() },
      c: [1, null, true, "é"],
      b: 12345678901234567890n,
      skipped: undefined,
    };
    expect(canonicalJson({ ...facts, a: new Decimal("1.50") })).toBe(text);
  });

  test("it is the SHA-256 of that text", () => {
    expect(inputHash({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    expect(inputHash({ a: 1n, b: "2" })).toBe(inputHash({ b: "2", a: new Decimal("1.0") }));
    expect(inputHash({ a: 1n })).not.toBe(inputHash({ a: 2n }));
  });

  test("the text of a member that is known already gives the same hash", () => {
    const facts = { price: { code: "calls", tiers: [{ upTo: null }] }, quantity: "3" };
    expect(inputHash(facts, { price: canonicalJson(facts.price) })).toBe(inputHash(facts));
    expect(inputHash(facts, { price: "{}" })).not.toBe(inputHash(facts));
  });

  test.each([[Number.NaN], [() => 1], [Symbol("x")], [undefined], [[undefined]], [new Map()], [/x/]])(
    "%p is refused, as JSON cannot hold it",
    (value) => expect(() => inputHash(value)).toThrow(TypeError),
  );
});
