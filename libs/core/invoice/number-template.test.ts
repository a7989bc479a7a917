import fc from "fast-check";
import { numberParts, parseNumberTemplate, renderNumber } from "./number-template.ts";

const issuedOn = { year: 2025, month: 3, day: 9 };
const number = (template: string, seq: bigint, prefix = "ACME"): string =>
  renderNumber(numberParts(parseNumberTemplate(template), { issuedOn, prefix }), seq);

describe("number template", () => {
  test.each([
    ["INV-{YYYYMM}-{SEQ:5}", "INV-202503-00007", "2025-03"],
    ["{YYYY}/{MM}/{DD}-{SEQ:3}", "2025/03/09-007", "2025-03-09"],
    ["{PREFIX}-{YY}-{SEQ:4}", "ACME-25-0007", "2025"],
    ["FV {SEQ:1}/{MM}/{YYYY}", "FV 7/03/2025", "2025-03"],
    ["{SEQ:6}-{PREFIX}", "000007-ACME", "all"],
    ["R{SEQ:12}", "R000000000007", "all"],
  ])("%s gives %s, counted anew each %s", (template, rendered, resetPeriod) => {
    expect(number(template, 7n)).toBe(rendered);
    expect(numberParts(parseNumberTemplate(template), { issuedOn, prefix: "ACME" }).resetPeriod).toBe(
      resetPeriod,
    );
  });

  test("a count that outgrows its padding is printed whole", () => {
    expect(number("INV-{SEQ:2}", 1234n)).toBe("INV-1234");
  });

  test.each([
    ["INV-{YYYYMM}", "{SEQ:n}"],
    ["{SEQ:3}-{SEQ:3}", "{SEQ:n}"],
    ["INV-{SEQ}", "{SEQ}"],
    ["INV-{SEQ:0}", "{SEQ:0}"],
    ["INV-{SEQ:13}", "{SEQ:13}"],
    ["{YEAR}-{SEQ:3}", "{YEAR}"],
    ["{yyyy}-{SEQ:3}", "{yyyy}"],
    ["{MM}-{SEQ:3}", "{MM}"],
    ["{YYYY}-{DD}-{SEQ:3}", "{DD}"],
    ["{PREFIX}{SEQ:3}", "{PREFIX}"],
    ["{PREFIX}-{YYYY}{SEQ:3}", "{PREFIX}"],
    ["{SEQ:3}0{PREFIX}", "{PREFIX}"],
    ["INV<b>{SEQ:3}", "INV<b>"],
    ["INV-{SEQ:3", "{SEQ:3"],
    ["{{SEQ:3}}", "{"],
    [`${"x".repeat(60)}{SEQ:3}`, "60"],
  ])("%s is refused, naming %s", (template, named) => {
    expect(() => parseNumberTemplate(template)).toThrow(
      expect.objectContaining({ code: "invoice_number_template_invalid" }),
    );
    expect(() => parseNumberTemplate(template)).toThrow(named);
  });

  test("two documents share a number only if they share series and count", () => {
    const anyTemplate = fc.constantFrom(
      "INV-{YYYYMM}-{SEQ:5}",
      "{YYYY}{SEQ:1}",
      "{SEQ:1}{YYYYMM}",
      "{PREFIX}-{SEQ:1}",
      "{SEQ:1}-{PREFIX}{YYYY}",
      "{PREFIX}{YYYY}/{SEQ:1}",
    );
    const anyDocument = fc.record({
      prefix: fc.string({ unit: fc.constantFrom("A", "1", "2", "-", "/"), maxLength: 4 }),
      issuedOn: fc.record({
        year: fc.integer({ min: 2024, max: 2026 }),
        month: fc.integer({ min: 1, max: 12 }),
        day: fc.integer({ min: 1, max: 28 }),
      }),
      seq: fc.oneof(fc.bigInt(1n, 30n), fc.bigInt(1n, 10n ** 12n)),
    });
    fc.assert(
      fc.property(anyTemplate, anyDocument, anyDocument, (source, a, b) => {
        const template = parseNumberTemplate(source);
        const [first, second] = [numberParts(template, a), numberParts(template, b)];
        if (renderNumber(first, a.seq) !== renderNumber(second, b.seq)) return;
        expect([second, b.seq]).toEqual([first, a.seq]);
      }),
      { numRuns: 2000 },
    );
  });
});
