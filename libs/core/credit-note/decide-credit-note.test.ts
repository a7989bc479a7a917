import fc from "fast-check";
import type { TaxRate } from "../invoice/tax-lines.ts";
import { formatMoney } from "../money/money.ts";
import { type LineAmounts, sumOfCredits } from "../proration/credit-line.ts";
import { type CreditableLine, leftOf, totalOf } from "./credit-amounts.ts";
import { type CorrectedInvoice, type CreditNoteDecision, decideCreditNote } from "./decide-credit-note.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`credit notes: seed ${seed}`);

const vat: TaxRate = { id: "vat", name: "VAT", percentage: "19", inclusive: false };
const levy: TaxRate = { id: "levy", name: "Levy", percentage: "7", inclusive: true };
const nothing: LineAmounts = { amountMinor: 0n, discountMinor: 0n, taxes: [] };

function line(id: string, amountMinor: bigint, discountMinor = 0n, tax = 0n, included = 0n): CreditableLine {
  const taxes = [
    { taxRateId: "vat", amountMinor: tax },
    { taxRateId: "levy", amountMinor: included },
  ];
  return { id, billed: { amountMinor, discountMinor, taxes }, credited: nothing };
}

/** An invoice of these lines that nobody has paid. */
function invoice(lines: readonly CreditableLine[], more: Partial<CorrectedInvoice> = {}): CorrectedInvoice {
  const totalMinor = lines.reduce((sum, each) => sum + totalOf(each.billed, (id) => id === "levy"), 0n);
  return {
    ...{ number: "INV-1", currency: "USD", totalMinor, leftToPayMinor: totalMinor, amountPaidMinor: 0n },
    ...{
      notedMinor: 0n,
      refundedMinor: 0n,
      creditedMinor: 0n,
      creditsUsedMinor: 0n,
      lines,
      taxRates: [vat, levy],
      discountNames: ["Welcome"],
    },
    ...more,
  };
}

/** The invoice after a credit note. */
function lessNote(before: CorrectedInvoice, { lines, assembled }: CreditNoteDecision): CorrectedInvoice {
  return {
    ...before,
    notedMinor: before.notedMinor + assembled.totalMinor,
    lines: before.lines.map((each) => {
      const own = lines.filter(({ lineId }) => lineId === each.id).map(({ amounts }) => amounts);
      return { ...each, credited: sumOfCredits([each.credited, ...own]) };
    }),
  };
}

const amountsOf = ({ lines }: CreditNoteDecision) =>
  lines.map(({ lineId, amounts: { amountMinor, discountMinor, taxes } }) => [
    ...[lineId, amountMinor, discountMinor],
    ...taxes.map((tax) => tax.amountMinor),
  ]);

describe("decideCreditNote", () => {
  it("gives a part of a line back with its share of the discount and the tax", () => {
    const billed = invoice([line("a", 10000n, 1000n, 1710n), line("b", 5000n)]);
    const note = decideCreditNote(billed, { lines: [{ lineId: "a", amount: "25.00" }] }, "offset");
    expect(amountsOf(note)).toEqual([["a", 2500n, 250n, 428n, 0n]]);
    expect(note.assembled).toMatchObject({
      ...{ subtotalMinor: 2500n, discountTotalMinor: 250n, taxTotalMinor: 428n, totalMinor: 2678n },
      ...{ amountDueMinor: 0n, creditTotalMinor: 0n },
      discounts: [{ name: "Welcome", amountMinor: 250n }],
      taxes: [
        { taxRateId: "vat", taxableMinor: 2250n, amountMinor: 428n },
        { taxRateId: "levy", taxableMinor: 2250n, amountMinor: 0n },
      ],
    });
  });

  it("gives all that is left of a line back when no amount is named", () => {
    const billed = invoice([line("a", 10000n, 1000n, 1710n)]);
    const first = decideCreditNote(billed, { lines: [{ lineId: "a", amount: "25.00" }] }, "offset");
    const rest = decideCreditNote(lessNote(billed, first), { lines: [{ lineId: "a" }] }, "offset");
    expect(amountsOf(rest)).toEqual([["a", 7500n, 750n, 1282n, 0n]]);
    const none = () =>
      decideCreditNote(lessNote(lessNote(billed, first), rest), { lines: [{ lineId: "a" }] }, "offset");
    expect(none).toThrow(expect.objectContaining({ code: "credit_note_empty" }));
  });

  it("spreads a total, tax included, over the lines to the cent", () => {
    const billed = invoice([line("a", 10000n, 0n, 1900n), line("b", 5000n, 0n, 0n, 327n), line("c", 1n)]);
    const note = decideCreditNote(billed, { amount: "100.00" }, "offset");
    expect(note.assembled.totalMinor).toBe(10000n);
    expect(amountsOf(note)).toEqual([
      ["a", 5917n, 0n, 1124n, 0n],
      ["b", 2958n, 0n, 0n, 193n],
      ["c", 1n, 0n, 0n, 0n],
    ]);
  });

  it.each([
    ["more than the line", { lines: [{ lineId: "a", amount: "100.01" }] }, "fields_invalid"],
    ["nothing", { lines: [{ lineId: "a", amount: "0.00" }] }, "fields_invalid"],
    [
      "a line twice",
      {
        lines: [
          { lineId: "a", amount: "1.00" },
          { lineId: "a", amount: "1.00" },
        ],
      },
      "fields_invalid",
    ],
    ["a line of another invoice", { lines: [{ lineId: "z" }] }, "invoice_line_not_found"],
    ["more than the invoice", { amount: "119.01" }, "credit_note_exceeds_invoice"],
    ["less than nothing", { amount: "-1.00" }, "fields_invalid"],
    ["half a cent", { amount: "1.005" }, "amount_precision"],
  ])("refuses %s", (_name, asked, code) => {
    const billed = invoice([line("a", 10000n, 0n, 1900n)]);
    expect(() => decideCreditNote(billed, asked, "offset")).toThrow(expect.objectContaining({ code }));
  });

  it("never takes back more than the invoice's total where a line below zero lowered it", () => {
    const billed = invoice([line("a", 10000n)], { totalMinor: 7000n });
    const whole = () => decideCreditNote(billed, { lines: [{ lineId: "a" }] }, "offset");
    expect(whole).toThrow(expect.objectContaining({ code: "credit_note_exceeds_invoice" }));
    expect(decideCreditNote(billed, { amount: "70.00" }, "offset").assembled.totalMinor).toBe(7000n);
  });

  it("makes no credit of what nobody has paid, and of what was paid not more than is left of it", () => {
    const paid = (more: Partial<CorrectedInvoice>) => () =>
      decideCreditNote(invoice([line("a", 10000n)], more), { amount: "60.00" }, "credit").assembled
        .totalMinor;
    const refused = expect.objectContaining({ code: "credit_note_settlement_invalid" });
    expect(paid({})).toThrow(refused);
    expect(paid({ leftToPayMinor: 0n })).toThrow(refused);
    expect(paid({ amountPaidMinor: 6000n })()).toBe(6000n);
    expect(paid({ amountPaidMinor: 2000n, creditsUsedMinor: 4000n })()).toBe(6000n);
    expect(paid({ amountPaidMinor: 9000n, creditedMinor: 2000n, refundedMinor: 1001n })).toThrow(refused);
  });

  it("offsets what is still owed, and refunds what was paid and not refunded, alone", () => {
    const half = invoice([line("a", 10000n)], {
      amountPaidMinor: 6000n,
      leftToPayMinor: 4000n,
      refundedMinor: 1000n,
    });
    const settle = (amount: string, settlement: "refund" | "credit" | "offset") => () =>
      decideCreditNote(half, { amount }, settlement).assembled.totalMinor;
    const refused = expect.objectContaining({ code: "credit_note_settlement_invalid" });
    expect(settle("40.00", "offset")()).toBe(4000n);
    expect(settle("40.01", "offset")).toThrow(refused);
    expect(settle("50.00", "refund")()).toBe(5000n);
    expect(settle("50.01", "refund")).toThrow(refused);
    expect(settle("50.00", "credit")()).toBe(5000n);
    expect(settle("50.01", "credit")).toThrow(refused);
  });

  it("adds up to what was billed over any notes, by lines or by totals, and takes no line below zero", () => {
    fc.assert(
      fc.property(
        anyInvoice,
        fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.nat()), { maxLength: 6 }),
        expectToAddUp,
      ),
      { seed, numRuns: 300 },
    );
  });
});

const anyLine = fc
  .tuple(fc.bigInt(1n, 10n ** 6n), fc.nat(100), fc.nat(30), fc.nat(30))
  .map(([amountMinor, discount, tax, included]) => {
    const discountMinor = (amountMinor * BigInt(discount)) / 100n;
    const net = amountMinor - discountMinor;
    return [
      amountMinor,
      discountMinor,
      (net * BigInt(tax)) / 100n,
      (net * BigInt(included)) / (100n + BigInt(included)),
    ] as const;
  });
const anyInvoice = fc
  .array(anyLine, { minLength: 1, maxLength: 6 })
  .map((lines) => invoice(lines.map((amounts, index) => line(`l${index}`, ...amounts))));

/** Notes of any parts, then one of all that is left: together they are what was billed. */
function expectToAddUp(
  billed: CorrectedInvoice,
  asked: readonly (readonly [boolean, number, number])[],
): void {
  const isInclusive = (id: string) => id === "levy";
  const shown = (minor: bigint) => formatMoney({ minor, currency: "USD" });
  let now = billed;
  for (const [byLine, which, share] of asked) {
    const picked = now.lines[which % now.lines.length];
    const left = picked === undefined ? 0n : leftOf(picked).amountMinor;
    const part = byLine ? left : now.totalMinor - now.notedMinor;
    const wanted = (part * BigInt(share % 101)) / 100n;
    if (picked === undefined || wanted <= 0n) continue;
    const ask = byLine
      ? { lines: [{ lineId: picked.id, amount: shown(wanted) }] }
      : { amount: shown(wanted) };
    try {
      const note = decideCreditNote(now, ask, "offset");
      if (!byLine) expect(note.assembled.totalMinor).toBe(wanted);
      const { subtotalMinor, discountTotalMinor, exclusiveTaxMinor, totalMinor } = note.assembled;
      expect(totalMinor).toBe(subtotalMinor - discountTotalMinor + exclusiveTaxMinor);
      now = lessNote(now, note);
    } catch (error) {
      // a cent of a line may be all discount
      expect(error).toMatchObject({ code: "credit_note_empty" });
    }
  }
  const rest = now.totalMinor - now.notedMinor;
  const sumLeft = now.lines.reduce((sum, each) => sum + totalOf(leftOf(each), isInclusive), 0n);
  expect(sumLeft).toBe(rest);
  if (rest > 0n) now = lessNote(now, decideCreditNote(now, { amount: shown(rest) }, "offset"));
  for (const { billed: whole, credited } of now.lines) {
    expect(credited.amountMinor <= whole.amountMinor).toBe(true);
    expect(credited.discountMinor <= whole.discountMinor).toBe(true);
    expect(totalOf(credited, isInclusive)).toBe(totalOf(whole, isInclusive));
  }
}
