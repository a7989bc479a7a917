import fc from "fast-check";
import { currencyExponents } from "../money/currencies.ts";
import { Decimal } from "../money/decimal.ts";
import type { RoundingMode } from "../money/rounding.ts";
import {
  type AssembledInvoice,
  type AssembleInvoiceInput,
  assembleInvoice,
  type Discount,
  type DraftLine,
} from "./assemble-invoice.ts";
import type { TaxRate, TaxRounding } from "./tax-lines.ts";
import { taxNotices } from "./tax-notices.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`invoices: seed ${seed}`);

const plain: AssembleInvoiceInput = {
  currency: "USD",
  roundingMode: "half_up",
  taxRounding: "line_per_tax",
  taxStatus: "taxable",
  taxRates: [],
  lines: [],
  discounts: [],
  credits: [],
};

const sumOf = (parts: readonly bigint[]): bigint => parts.reduce((a, b) => a + b, 0n);
const line = (key: string, amount: string, more: Partial<DraftLine> = {}): DraftLine => {
  return { key, kind: "usage", exactAmount: new Decimal(amount), ...more };
};
const taxRate = (percentage: string, inclusive = false): TaxRate => {
  return { id: percentage, name: "VAT", percentage, inclusive };
};
const discount = (kind: Discount["kind"], value: string, appliesTo?: readonly string[]): Discount => {
  return {
    id: `${kind} ${value}`,
    name: "Promo",
    kind,
    value,
    ...(appliesTo === undefined ? {} : { appliesTo }),
  };
};

describe("assembleInvoice", () => {
  test("a discount takes nothing of what a maximum takes off, and spreads over what is left of each line", () => {
    const maximum = line("m", "-200", { kind: "adjustment", lowers: ["a", "b"] });
    const lines = [line("a", "200"), line("b", "100"), line("c", "10"), maximum];
    const invoice = assembleInvoice({ ...plain, lines, discounts: [discount("percent", "50")] });
    expect(invoice.lines.map((each) => each.discountMinor)).toEqual([3334n, 1666n, 500n, 0n]);
    expect(invoice.totalMinor).toBe(5500n);
    const fixed = assembleInvoice({ ...plain, lines, discounts: [discount("amount", "500", ["a", "b"])] });
    expect(fixed.totalMinor).toBe(1000n);
  });

  test("with percent_first a fixed discount never makes a percentage smaller, and a line's own comes before both", () => {
    const discounts = [discount("amount", "10"), discount("percent", "10"), discount("amount", "50", ["a"])];
    const lines = [line("a", "100"), line("b", "50")];
    const input = { ...plain, lines, discounts };
    const takenBy = (order: AssembleInvoiceInput) =>
      assembleInvoice(order).discounts.map(({ id, amountMinor }) => ({ id, amountMinor }));
    expect(takenBy({ ...input, discountOrder: "percent_first" })).toEqual([
      { id: "amount 50", amountMinor: 5_000n },
      { id: "percent 10", amountMinor: 1_000n },
      { id: "amount 10", amountMinor: 1_000n },
    ]);
    expect(takenBy(input).map((taken) => taken.amountMinor)).toEqual([1_000n, 1_400n, 5_000n]);
  });

  test("there is no step of tax where no tax is", () => {
    const lines = [line("a", "10", { carriedTaxes: [] }), line("b", "5", { taxable: false })];
    for (const taxRates of [[], [taxRate("19")]]) {
      const taxed = { ...plain, taxRates, lines: taxRates.length === 0 ? lines : lines.slice(1) };
      expect(assembleInvoice(taxed).steps.map(({ name }) => name)).toEqual(["lines", "total"]);
    }
  });

  test("the steps are lines, discounts, tax, total, credits, each with what stood before and after", () => {
    const invoice = assembleInvoice({
      ...plain,
      taxRates: [taxRate("19")],
      lines: [line("a", "10.005"), line("b", "20", { taxable: false })],
      discounts: [discount("percent", "10")],
      credits: [
        { id: "grant", available: 500n },
        { id: "empty", available: 0n },
      ],
    });
    expect(invoice).toMatchObject({
      subtotalMinor: 3001n,
      discountTotalMinor: 300n,
      taxTotalMinor: 171n,
      exclusiveTaxMinor: 171n,
      totalMinor: 2872n,
      creditTotalMinor: 500n,
      amountDueMinor: 2372n,
      taxes: [{ taxRateId: "19", percentage: "19", taxableMinor: 901n, amountMinor: 171n }],
      creditsUsed: [{ id: "grant", amountMinor: 500n }],
    });
    expect(invoice.steps.map(({ name, before, after }) => [name, before, after])).toEqual([
      ["lines", "30.005", "30.01"],
      ["discounts", "30.01", "27.01"],
      ["tax", "27.01", "28.72"],
      ["total", "30.01", "28.72"],
      ["credits", "28.72", "23.72"],
    ]);
  });

  test("inclusive tax is contained: the total stays, the tax is taken out of it", () => {
    const invoice = assembleInvoice({
      ...plain,
      taxRates: [taxRate("19", true)],
      lines: [line("a", "119.00")],
    });
    expect(invoice).toMatchObject({ totalMinor: 11900n, taxTotalMinor: 1900n, exclusiveTaxMinor: 0n });
    expect(invoice.taxes).toMatchObject([{ inclusive: true, taxableMinor: 10000n, amountMinor: 1900n }]);
  });

  test("exclusive tax is computed on what is left without inclusive tax", () => {
    const taxRates = [taxRate("25", true), taxRate("10")];
    const invoice = assembleInvoice({ ...plain, taxRates, lines: [line("a", "125.00")] });
    expect(invoice).toMatchObject({ totalMinor: 13500n, taxTotalMinor: 3500n, exclusiveTaxMinor: 1000n });
  });

  test.each(["exempt", "reverse_charge"] as const)("a customer who is %s pays no tax", (taxStatus) => {
    const invoice = assembleInvoice({
      ...plain,
      taxStatus,
      taxRates: [taxRate("19")],
      lines: [line("a", "1")],
    });
    expect(invoice).toMatchObject({ totalMinor: 100n, taxTotalMinor: 0n, taxes: [] });
  });

  test.each<[TaxRounding, bigint]>([
    ["line_per_tax", 6n],
    ["line", 3n],
    ["invoice_per_tax", 4n],
    ["invoice", 4n],
  ])("tax rounded per %s of three times 0.10 at 7.25 % and 5.75 % is %i cents", (taxRounding, tax) => {
    const taxRates = [taxRate("7.25"), taxRate("5.75")];
    const lines = [line("a", "0.10"), line("b", "0.10"), line("c", "0.10")];
    expect(assembleInvoice({ ...plain, taxRounding, taxRates, lines }).taxTotalMinor).toBe(tax);
  });

  test("a percentage is taken once from the sum, then spread, so that cents add up", () => {
    const lines = [line("a", "0.05"), line("b", "0.05"), line("c", "0.05")];
    const invoice = assembleInvoice({ ...plain, lines, discounts: [discount("percent", "10")] });
    expect(invoice.discountTotalMinor).toBe(2n);
    expect(invoice.lines.map((each) => each.discountMinor)).toEqual([1n, 1n, 0n]);
  });

  test("a negative total is kept, and no credit is used for it", () => {
    const credits = [{ id: "grant", available: 500n }];
    const invoice = assembleInvoice({ ...plain, lines: [line("a", "-3")], credits });
    expect(invoice).toMatchObject({
      totalMinor: -300n,
      amountDueMinor: -300n,
      creditTotalMinor: 0n,
      creditsUsed: [],
    });
  });

  test("an invoice without lines is zero", () => {
    expect(assembleInvoice(plain)).toMatchObject({ subtotalMinor: 0n, totalMinor: 0n, amountDueMinor: 0n });
  });

  test.each<[Discount["kind"], string, string]>([
    ["percent", "100.01", "discount_invalid"],
    ["percent", "-1", "discount_invalid"],
    ["amount", "-1.00", "discount_invalid"],
    ["amount", "1.005", "amount_precision"],
    ["percent", "ten", "decimal_syntax"],
  ])("a discount of %s %s is refused as %s", (kind, value, code) => {
    const input = { ...plain, lines: [line("a", "1")], discounts: [discount(kind, value)] };
    expect(() => assembleInvoice(input)).toThrow(expect.objectContaining({ code }));
  });

  test("lines, discounts, taxes and credits add up to the totals, in any currency, at any tax rounding and rounding mode, inclusive and exclusive taxes mixed", () => {
    fc.assert(
      fc.property(anyInput, (input) => expectToAddUp(assembleInvoice(input), input)),
      { seed, numRuns: 1_000 },
    );
  });
});

describe("taxNotices", () => {
  test("reverse charge is printed, in the customer's language where we have it", () => {
    const english =
      "Reverse charge: VAT to be accounted for by the recipient (Art. 196 Directive 2006/112/EC)";
    expect(taxNotices("reverse_charge", "en-US")).toEqual([english]);
    expect(taxNotices("reverse_charge", "sw-KE")).toEqual([english]);
    expect(taxNotices("reverse_charge", "de-AT")[0]).toContain("Steuerschuldnerschaft");
  });

  test("taxable and exempt customers read nothing", () => {
    expect(taxNotices("taxable", "en")).toEqual([]);
    expect(taxNotices("exempt", "en")).toEqual([]);
  });
});

const anyPercent = fc
  .integer({ min: 0, max: 30_000 })
  .map((scaled) => new Decimal(scaled).div(1000).toFixed());
const anyLines = fc
  .array(
    fc.tuple(
      fc.bigInt(-(10n ** 9n), 10n ** 12n),
      fc.boolean(),
      fc.constantFrom(undefined, ["t0"], ["t1", "t2"], []),
    ),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(([scaled, taxable, taxRateIds], index): DraftLine => {
      const exactAmount = new Decimal(`${scaled}e-6`);
      const own = taxRateIds === undefined ? {} : { taxRateIds };
      return { key: `l${index}`, kind: "usage", exactAmount, taxable, ...own };
    }),
  );
const anyInput: fc.Arbitrary<AssembleInvoiceInput> = fc.record({
  currency: fc.constantFrom(...currencyExponents.keys()),
  roundingMode: fc.constantFrom<RoundingMode>("half_up", "half_even"),
  taxRounding: fc.constantFrom<TaxRounding>("line", "line_per_tax", "invoice_per_tax", "invoice"),
  taxStatus: fc.constantFrom("taxable" as const, "exempt" as const),
  taxRates: fc.array(fc.tuple(anyPercent, fc.boolean()), { maxLength: 3 }).map((rates) =>
    rates.map(([percentage, inclusive], index) => ({
      id: `t${index}`,
      name: "Tax",
      percentage,
      inclusive,
    })),
  ),
  lines: anyLines,
  discounts: fc.array(
    fc.oneof(
      anyPercent.map((value) => discount("percent", value)),
      fc.integer({ min: 0, max: 10_000 }).map((value) => discount("amount", String(value))),
      anyPercent.map((value) => discount("percent", value, ["l0", "l2", "nobody"])),
    ),
    { maxLength: 3 },
  ),
  credits: fc.array(
    fc.bigInt(0n, 10n ** 8n).map((available) => ({ id: String(available), available })),
    { maxLength: 3 },
  ),
});

function expectToAddUp(invoice: AssembledInvoice, input: AssembleInvoiceInput): void {
  const { lines, taxes } = invoice;
  expect(lines.map((each) => each.key)).toEqual(input.lines.map((each) => each.key));
  expect(sumOf(lines.map((each) => each.amountMinor))).toBe(invoice.subtotalMinor);
  expect(sumOf(lines.map((each) => each.discountMinor))).toBe(invoice.discountTotalMinor);
  expect(sumOf(invoice.discounts.map((each) => each.amountMinor))).toBe(invoice.discountTotalMinor);
  expect(sumOf(lines.map((each) => each.taxMinor))).toBe(invoice.taxTotalMinor);
  expect(sumOf(taxes.map((each) => each.amountMinor))).toBe(invoice.taxTotalMinor);
  for (const tax of taxes) {
    const ofLines = lines.flatMap((each) =>
      each.taxes.filter(({ taxRateId }) => taxRateId === tax.taxRateId),
    );
    expect(sumOf(ofLines.map((each) => each.amountMinor))).toBe(tax.amountMinor);
  }
  for (const each of lines) {
    expect(sumOf(each.taxes.map((tax) => tax.amountMinor))).toBe(each.taxMinor);
    expect(each.discountMinor >= 0n).toBe(true);
    expect(each.discountMinor === 0n || each.discountMinor <= each.amountMinor).toBe(true);
  }
  expect(sumOf(taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amountMinor))).toBe(
    invoice.exclusiveTaxMinor,
  );
  expect(invoice.totalMinor).toBe(
    invoice.subtotalMinor - invoice.discountTotalMinor + invoice.exclusiveTaxMinor,
  );
  expect(sumOf(invoice.creditsUsed.map((each) => each.amountMinor))).toBe(invoice.creditTotalMinor);
  expect(invoice.amountDueMinor).toBe(invoice.totalMinor - invoice.creditTotalMinor);
  expect(invoice.amountDueMinor >= 0n || invoice.totalMinor < 0n).toBe(true);
}
