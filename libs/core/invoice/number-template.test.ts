import fc from "fast-check";
import { mayGiveSameNumber } from "./number-clash.ts";
import { countPlace, numberOfCount, parseSeriesKey, readNumber, seriesKey } from "./number-series.ts";
import { assertNumbersCarried, numberParts, parseNumberTemplate, renderNumber } from "./number-template.ts";

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

  test.each([
    [" INV-{SEQ:3}", '" " at an end'],
    [".INV-{SEQ:3}", '"." at an end'],
    ["{SEQ:3}.", '"." at an end'],
    ["INV  {SEQ:3}", '"  "'],
    ["INV..{SEQ:3}", '".."'],
    ["{PREFIX}-{PREFIX}-{PREFIX}-{SEQ:3}", "75 characters"],
  ])("%s is refused as a new template, as files and mails cannot carry its numbers: %s", (source, says) => {
    const template = parseNumberTemplate(source);
    expect(() => assertNumbersCarried(template)).toThrow(says);
    expect(() => assertNumbersCarried(template)).toThrow(
      expect.objectContaining({ code: "invoice_number_template_invalid" }),
    );
  });

  test.each(["INV-{YYYYMM}-{SEQ:5}", "FV {SEQ:1}/{MM}/{YYYY}", "{SEQ:6}-{PREFIX}", "#{YY}.{SEQ:4}"])(
    "%s is carried",
    (source) => {
      expect(() => assertNumbersCarried(parseNumberTemplate(source))).not.toThrow();
    },
  );

  test.each([
    ["INV-{SEQ:4}", "INV-{SEQ:5}", true],
    ["INV-{YYYYMM}-{SEQ:5}", "INV-{YYYY}{MM}-{SEQ:5}", true],
    ["INV-{YYYY}{SEQ:1}", "INV-{YYYYMM}{SEQ:1}", true],
    ["{PREFIX}-{SEQ:5}", "CN-{SEQ:5}", true],
    ["INV-{YYYYMM}-{SEQ:5}", "INV-{YYYY}-{SEQ:5}", false],
    ["INV-{SEQ:5}", "CN-{SEQ:5}", false],
    ["{PREFIX}-{SEQ:5}", "CN-{YYYYMM}-{SEQ:5}", false],
    ["{SEQ:3}/A", "{SEQ:3}/B", false],
  ])("%s and %s could give the same number: %s", (a, b, clash) => {
    expect(mayGiveSameNumber(parseNumberTemplate(a), parseNumberTemplate(b))).toBe(clash);
    expect(mayGiveSameNumber(parseNumberTemplate(b), parseNumberTemplate(a))).toBe(clash);
  });

  test("templates that do not clash never give the same number", () => {
    const part = fc.constantFrom("A", "-", "1", "{YYYY}", "{YYYYMM}", "{YY}");
    const anyTemplate = fc
      .tuple(
        fc.array(part, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(part, { maxLength: 2 }),
      )
      .map(([before, pad, after]) => parseNumberTemplate([...before, `{SEQ:${pad}}`, ...after].join("")));
    const lengths: Readonly<Record<string, number>> = { YYYY: 4, YYYYMM: 6, YY: 2 };
    const couldGive = (source: string) =>
      new RegExp(
        `^${source.replace(/\{(\w+)(?::(\d))?\}/g, (_, name, pad) => (pad ? `\\d{${pad},}` : `\\d{${lengths[name]}}`))}$`,
      );
    const anyDate = fc.record({
      year: fc.integer({ min: 1000, max: 9999 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.constant(1),
    });
    let same = 0;
    fc.assert(
      fc.property(anyTemplate, anyTemplate, anyDate, fc.bigInt(1n, 9999n), (a, b, date, count) => {
        const printed = renderNumber(numberParts(a, { issuedOn: date, prefix: "" }), count);
        if (!couldGive(b.source).test(printed)) return;
        same += 1;
        expect(mayGiveSameNumber(a, b)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(same).toBeGreaterThan(0);
  });

  test.each([
    ["INV-{YYYYMM}-{SEQ:5}", "INV-202503-00412", "INV-202503-", "2025-03", 412n],
    ["{PREFIX}-{YY}-{SEQ:4}", "ACME-EU-25-0007", "ACME-EU-25-", "2025", 7n],
    ["{SEQ:3}/{PREFIX}", "1234/ACME", "", "all", 1234n],
  ])("%s gave %s, of its own series", (source, printed, prefix, resetPeriod, count) => {
    const template = parseNumberTemplate(source);
    expect(readNumber("invoice", template, printed)).toEqual({
      series: { document: "invoice", template, prefix, resetPeriod },
      count,
    });
  });

  test.each([
    ["INV-{YYYYMM}-{SEQ:5}", "INV-202513-00412"],
    ["INV-{YYYYMM}-{SEQ:5}", "INV-202503-0412"],
    ["INV-{SEQ:3}", "INV-0412"],
    ["INV-{SEQ:3}", "INV-000"],
    ["INV.{SEQ:3}", "INV-004"],
    ["{YYYY}-{SEQ:2}-{YYYYMM}", "2025-07-202603"],
    ["{PREFIX}-{SEQ:2}-{PREFIX}", "A-07-B"],
  ])("%s could not give %s", (source, printed) => {
    expect(readNumber("invoice", parseNumberTemplate(source), printed)).toBeNull();
  });

  test("a series is known again by its key, and its counts by their place in its numbers", () => {
    for (const source of [
      "INV-{YYYYMM}-{SEQ:5}",
      "{SEQ:1}{YYYYMM}",
      "{SEQ:2}-A",
      "{YY}{SEQ:3}7",
      "{SEQ:4}",
    ]) {
      const template = parseNumberTemplate(source);
      const parts = numberParts(template, { issuedOn, prefix: "" });
      const key = seriesKey({ document: "invoice", template, ...parts });
      const series = parseSeriesKey(key);
      expect(seriesKey(series)).toBe(key);
      for (const count of [1n, 42n, 123456n]) {
        const printed = renderNumber(parts, count);
        expect(numberOfCount(series, count)).toBe(printed);
        expect(readNumber("invoice", template, printed)).toEqual({ series, count });
        const { before, after } = countPlace(series);
        const rest = printed.slice(before, printed.length - after);
        expect(BigInt(/^\d+/.exec(rest)?.[0] ?? "")).toBe(count);
      }
    }
  });
});
