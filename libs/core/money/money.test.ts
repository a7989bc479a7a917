import fc from "fast-check";
import { assertCurrencyForNew, currencyExponent, currencyExponents, isCurrency } from "./currencies.ts";
import { Decimal, formatDecimal, parseDecimal } from "./decimal.ts";
import { displayMoney } from "./display-money.ts";
import {
  addMoney,
  compareMoney,
  formatMoney,
  isZeroMoney,
  money,
  moneyToDecimal,
  negateMoney,
  parseMoney,
  subtractMoney,
  sumMoney,
} from "./money.ts";

const anyMoney = fc
  .tuple(fc.bigInt(-(10n ** 17n), 10n ** 17n), fc.constantFrom("USD", "JPY", "KWD", "CLF"))
  .map(([minor, currency]) => money(minor, currency));

describe("currencies", () => {
  test.each([
    ["USD", 2],
    ["JPY", 0],
    ["KRW", 0],
    ["VND", 0],
    ["KWD", 3],
    ["BHD", 3],
    ["CLF", 4],
    ["MGA", 2],
    ["XOF", 0],
    ["XCG", 2],
    ["ZWG", 2],
  ])("%s has %i decimals", (code, exponent) => expect(currencyExponent(code)).toBe(exponent));

  test.each(["usd", "XXX", "XAU", "DEM", "", "US", "toString"])("%j is refused by its name", (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => currencyExponent(code)).toThrow(expect.objectContaining({ code: "currency_unknown" }));
    expect(() => currencyExponent(code)).toThrow(JSON.stringify(code));
  });

  test.each([
    ["BGN", "EUR"],
    ["ANG", "XCG"],
  ])("%s counts on where it stands, and is refused for what is new, which is in %s", (code, successor) => {
    expect(currencyExponent(code)).toBe(2);
    expect(() => assertCurrencyForNew(code)).toThrow(
      expect.objectContaining({
        code: "currency_withdrawn",
        message: expect.stringContaining(`replaced by ${successor}`),
      }),
    );
    expect(() => assertCurrencyForNew(successor)).not.toThrow();
  });

  test("every code is three capitals and listed once", () => {
    expect([...currencyExponents.keys()].every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
    expect(currencyExponents.size).toBe(166);
  });
});

describe("decimals", () => {
  test.each([
    ["0.000000000001", "0.000000000001"],
    ["-0", "0"],
    ["-12.50", "-12.5"],
    ["007", "7"],
    ["100000000000000000000000000000", "100000000000000000000000000000"],
  ])("%s is read and written as %s", (text, written) => {
    expect(formatDecimal(parseDecimal(text, "x"))).toBe(written);
  });

  test.each([
    "",
    " 1",
    "1 ",
    "+1",
    "1e3",
    "1.",
    ".5",
    "NaN",
    "Infinity",
    "0x10",
    "1,5",
    "--1",
    "1_000",
    "١",
    "1\n",
  ])("%j is refused as decimal_syntax, naming the field", (text) => {
    expect(() => parseDecimal(text, "quantity")).toThrow(expect.objectContaining({ code: "decimal_syntax" }));
    expect(() => parseDecimal(text, "quantity")).toThrow("quantity");
  });

  test("a text of absurd length is refused before it is computed with", () => {
    expect(() => parseDecimal("9".repeat(161), "x")).toThrow(
      expect.objectContaining({ code: "decimal_syntax" }),
    );
  });

  test("15 digits with 12 decimals times 12 decimals is exact", () => {
    const exact = 999999999999999_123456789012n * 123456789012n;
    const product = parseDecimal("999999999999999.123456789012", "a").times(
      parseDecimal("0.123456789012", "b"),
    );
    expect(product.toFixed()).toBe(withDecimals(exact, 24));
  });

  test("products of any two wire decimals equal the integer computation", () => {
    const scaled = fc.bigInt(-(10n ** 27n) + 1n, 10n ** 27n - 1n);
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const product = parseDecimal(withDecimals(a, 12), "a").times(parseDecimal(withDecimals(b, 12), "b"));
        expect(product.eq(new Decimal(withDecimals(a * b, 24)))).toBe(true);
      }),
    );
  });
});

describe("money", () => {
  test.each([
    ["100.00", "USD", 10000n],
    ["100", "USD", 10000n],
    ["0.5", "USD", 50n],
    ["-0.05", "USD", -5n],
    ["-0", "USD", 0n],
    ["1200", "JPY", 1200n],
    ["1.234", "KWD", 1234n],
    ["10000000000000000.00", "USD", 10n ** 18n],
  ])("%s %s is %i minor units", (text, currency, minor) => {
    expect(parseMoney(text, currency)).toEqual({ minor, currency });
  });

  test.each([
    ["1.005", "USD", "amount_precision"],
    ["1.000", "USD", "amount_precision"],
    ["1.0", "JPY", "amount_precision"],
    ["10000000000000000.01", "USD", "amount_out_of_range"],
    ["9".repeat(500), "USD", "amount_out_of_range"],
    ["1e3", "USD", "amount_syntax"],
    ["", "USD", "amount_syntax"],
    ["1,00", "USD", "amount_syntax"],
    ["$1", "USD", "amount_syntax"],
    ["1.00", "ZZZ", "currency_unknown"],
  ])("%s %s is refused as %s", (text, currency, code) => {
    expect(() => parseMoney(text, currency)).toThrow(expect.objectContaining({ code }));
  });

  test("what is written is read back as the same amount", () => {
    fc.assert(fc.property(anyMoney, (m) => expect(parseMoney(formatMoney(m), m.currency)).toEqual(m)));
  });

  test("sums add up, and taking away undoes adding", () => {
    fc.assert(
      fc.property(anyMoney, fc.bigInt(-(10n ** 17n), 10n ** 17n), (a, minor) => {
        const b = money(minor, a.currency);
        expect(subtractMoney(addMoney(a, b), b)).toEqual(a);
        expect(sumMoney([a, b, negateMoney(b)], a.currency)).toEqual(a);
        expect(compareMoney(a, b)).toBe(moneyToDecimal(a).comparedTo(moneyToDecimal(b)));
      }),
    );
  });

  test("an empty sum is zero in the named currency", () => {
    expect(sumMoney([], "EUR")).toEqual({ minor: 0n, currency: "EUR" });
    expect(isZeroMoney(sumMoney([], "EUR"))).toBe(true);
  });

  test("two currencies are never mixed", () => {
    const [usd, eur] = [money(1n, "USD"), money(1n, "EUR")];
    const mismatch = expect.objectContaining({ code: "currency_mismatch" });
    expect(() => addMoney(usd, eur)).toThrow(mismatch);
    expect(() => subtractMoney(usd, eur)).toThrow(mismatch);
    expect(() => compareMoney(usd, eur)).toThrow(mismatch);
    expect(() => sumMoney([usd, eur], "USD")).toThrow(mismatch);
  });

  test("an amount that the database cannot hold is refused, not wrapped", () => {
    const largest = money(10n ** 18n, "USD");
    expect(() => addMoney(largest, money(1n, "USD"))).toThrow(
      expect.objectContaining({ code: "amount_out_of_range" }),
    );
  });
});

describe("displayMoney", () => {
  test.each([
    [123456n, "USD", "en-US", "$1,234.56"],
    [1200n, "JPY", "en-US", "¥1,200"],
    [-5n, "USD", "en-US", "-$0.05"],
    [1234567n, "KWD", "en-US", "KWD 1,234.567"],
    [123456n, "EUR", "de-DE", "1.234,56 €"],
    [99999999999999999n, "USD", "en-US", "$999,999,999,999,999.99"],
  ])("%i %s reads in %s as %s", (minor, currency, locale, shown) => {
    expect(displayMoney(money(minor, currency), locale).replace(/\s/g, " ")).toBe(shown);
  });

  test("every currency is shown with its ISO decimals, whatever the locale data thinks", () => {
    for (const [currency, exponent] of currencyExponents) {
      const shown = displayMoney(money(0n, currency), "en-US");
      expect([currency, /0(?:\.(0+))?$/.exec(shown)?.[1]?.length ?? 0]).toEqual([currency, exponent]);
    }
  });

  test("a locale that is none is refused by name", () => {
    expect(() => displayMoney(money(1n, "USD"), "not a locale")).toThrow(
      expect.objectContaining({ code: "locale_unknown" }),
    );
  });
});

function withDecimals(scaled: bigint, decimals: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const text = `${scaled < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return text.replace(/\.?0+$/, "") || "0";
}
