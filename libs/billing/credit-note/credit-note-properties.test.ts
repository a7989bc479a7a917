import fc from "fast-check";
import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import type { Settlement } from "#libs/core/credit-note/decide-credit-note.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { listCorrectedLines } from "#libs/data/credit-notes.ts";
import { readBalances } from "#libs/data/credits.ts";
import { findInvoice, type InvoiceView } from "#libs/data/invoice-reads.ts";
import { readTrialBalance } from "#libs/data/ledger-reads.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { testSeed } from "#libs/testkit/test-seed.ts";
import { createCoupon } from "../catalog/create-coupon.ts";
import { createTaxRate } from "../catalog/create-tax-rate.ts";
import { createInvoice } from "../invoice/create-invoice.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { createCreditNote } from "./create-credit-note.ts";
import { voidCreditNote } from "./void-credit-note.ts";

const runs = { seed: testSeed("credit notes until nothing is left"), numRuns: 25 };
const shown = (minor: bigint) => formatMoney({ minor, currency: "EUR" });

const anyLine = fc.record({
  quantity: fc.integer({ min: 1, max: 7 }),
  price: fc.integer({ min: 1, max: 30_000 }),
  taxRates: fc.constantFrom(undefined, [], [{ code: "incl" }], [{ code: "vat" }, { code: "city" }]),
});
const anyInvoice = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 5 }),
  customerRates: fc.constantFrom([{ code: "incl" }], [{ code: "vat" }], [{ code: "incl" }, { code: "city" }]),
  coupons: fc.constantFrom([], [{ code: "third" }], [{ code: "third" }, { code: "off" }]),
  taxRounding: fc.constantFrom(
    "line" as const,
    "line_per_tax" as const,
    "invoice_per_tax" as const,
    "invoice" as const,
  ),
  /** Percent of what is due that is paid before anything is taken back. */
  paid: fc.constantFrom(0, 37, 100),
});
/** A note: of one line or of the whole, this many percent of what is left of it. */
const anyNote = fc.record({
  byLine: fc.boolean(),
  line: fc.nat(4),
  percent: fc.integer({ min: 1, max: 90 }),
});

describe("credit notes of any invoice, one after another", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
    await tenant.inTenant(async (tx) => {
      await createTaxRate(tx, { code: "incl", name: "Included", percentage: "19", inclusive: true });
      await createTaxRate(tx, { code: "vat", name: "VAT", percentage: "8.875", inclusive: false });
      await createTaxRate(tx, { code: "city", name: "City", percentage: "1.5", inclusive: false });
      await createCoupon(tx, { code: "third", name: "Third", percentOff: "33.3", duration: "forever" });
      const off = { amountOff: "7.77", currency: "EUR", duration: "forever" as const };
      await createCoupon(tx, { code: "off", name: "Off", ...off });
    });
  });
  afterAll(() => test.close());

  /** Balances of all accounts that are not 0, in minor units. */
  const books = async () => {
    const rows = await tenant.inTenant(readTrialBalance);
    const open = rows.map(({ account, debit_minor: d, credit_minor: c }) => [account, d - c] as const);
    return Object.fromEntries(open.filter(([, minor]) => minor !== 0n));
  };
  const since = async (before: Readonly<Record<string, bigint>>) => {
    const now = await books();
    const accounts = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    const moved = accounts.map((each) => [each, (now[each] ?? 0n) - (before[each] ?? 0n)] as const);
    return Object.fromEntries(moved.filter(([, minor]) => minor !== 0n));
  };
  const read = async (id: string): Promise<InvoiceView> => {
    const row = await tenant.inTenant((tx) => findInvoice(tx, id));
    if (row === null) throw new Error("no invoice");
    return row;
  };
  const notedOf = async (invoiceId: string) => {
    const { rows } = await test.owner.query(
      `select coalesce(sum(total_minor), 0)::text as total, coalesce(sum(tax_total_minor), 0)::text as tax,
         coalesce(sum(discount_total_minor), 0)::text as discount, coalesce(sum(subtotal_minor), 0)::text as subtotal
       from invoice where corrects_invoice_id = $1 and invoice_status = 'finalized'`,
      [invoiceId],
    );
    return rows[0] as { total: string; tax: string; discount: string; subtotal: string };
  };

  async function issue(drawn: typeof anyInvoice extends fc.Arbitrary<infer T> ? T : never) {
    const { id: customerId } = await makeCustomer(tenant, { taxRates: drawn.customerRates });
    const invoiceId = await tenant.inTenant(async (tx) => {
      await updateSettings(tx, { change: { taxRounding: drawn.taxRounding } });
      return createInvoice(tx, {
        ...{ customer: { id: customerId }, currency: "EUR", coupons: drawn.coupons, finalize: true },
        lines: drawn.lines.map(({ quantity, price, taxRates }, index) => ({
          ...{
            description: `Line ${index}`,
            quantity: `${quantity}`,
            unitAmount: shown(BigInt(price)),
            taxRates,
          },
        })),
      });
    });
    const part = ((await read(invoiceId)).amount_due_minor * BigInt(drawn.paid)) / 100n;
    if (part > 0n) {
      await tenant.inTenant((tx) =>
        recordOutsidePayment(tx, { invoiceId, paymentStatus: "succeeded", amount: shown(part) }),
      );
    }
    return { customerId, invoiceId, paidMinor: part };
  }

  /** As offset while that much is owed, then as credit; what fits neither is made smaller. Returns the note, or null. */
  async function takeBack(invoiceId: string, note: { byLine: boolean; line: number; percent: number }) {
    const invoice = await read(invoiceId);
    const lines = await tenant.inTenant((tx) => listCorrectedLines(tx, invoiceId));
    const line = lines[note.line % lines.length];
    const left = invoice.total_minor - BigInt((await notedOf(invoiceId)).total);
    const open = leftToPay(invoice);
    const settlement: Settlement = open > 0n ? "offset" : "credit";
    const most = open > 0n && open < left ? open : left;
    const cut = (minor: bigint) => (minor * BigInt(note.percent) + 99n) / 100n;
    const lineLeft = line === undefined ? 0n : line.billed.amountMinor - line.credited.amountMinor;
    const asked =
      note.byLine && line !== undefined && lineLeft > 0n
        ? { lines: [{ lineId: line.id, amount: shown(cut(lineLeft)) }] }
        : { amount: shown(cut(most)) };
    return tenant
      .inTenant((tx) => createCreditNote(tx, { invoiceId, asked, settlement }))
      .catch((error: { code?: string }) => {
        expect([
          "credit_note_settlement_invalid",
          "credit_note_empty",
          "fields_invalid",
          "credit_note_exceeds_invoice",
        ]).toContain(error.code);
        return null;
      });
  }

  it("are never more than the invoice, give back exactly what was billed, and leave the books at 0", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyInvoice,
        fc.array(anyNote, { maxLength: 6 }),
        fc.boolean(),
        async (drawn, notes, undo) => {
          const empty = await books();
          const { customerId, invoiceId, paidMinor } = await issue(drawn);
          const billed = await read(invoiceId);
          if (billed.total_minor <= 0n) return;
          const issued = await since(empty);
          const made: string[] = [];
          for (const note of notes) {
            const id = await takeBack(invoiceId, note);
            if (id !== null) made.push(id);
            expect(BigInt((await notedOf(invoiceId)).total)).toBeLessThanOrEqual(billed.total_minor);
          }
          if (undo) {
            for (const creditNoteId of made.splice(0)) {
              await tenant.inTenant((tx) => voidCreditNote(tx, { creditNoteId, reason: "undo" }));
            }
            expect(await since(empty)).toEqual(issued);
          }
          // The rest: first what is still owed, then what was paid.
          for (const settlement of ["offset", "credit"] as const) {
            const left = billed.total_minor - BigInt((await notedOf(invoiceId)).total);
            const open = leftToPay(await read(invoiceId));
            const amount = settlement === "offset" ? open : left;
            if (amount <= 0n) continue;
            await tenant.inTenant((tx) =>
              createCreditNote(tx, { invoiceId, asked: { amount: shown(amount) }, settlement }),
            );
          }
          expect(await notedOf(invoiceId)).toEqual({
            total: `${billed.total_minor}`,
            tax: `${billed.tax_total_minor}`,
            discount: `${billed.discount_total_minor}`,
            subtotal: `${billed.subtotal_minor}`,
          });
          await expect(
            tenant.inTenant((tx) =>
              createCreditNote(tx, { invoiceId, asked: { amount: "0.01" }, settlement: "credit" }),
            ),
          ).rejects.toMatchObject({ code: "credit_note_exceeds_invoice" });
          expect(leftToPay(await read(invoiceId))).toBe(0n);
          const paid = paidMinor === 0n ? {} : { "cash:manual": paidMinor, customer_credit: -paidMinor };
          expect(await since(empty)).toEqual(paid);
          const balances = await tenant.inTenant((tx) => readBalances(tx, customerId));
          expect(balances.reduce((sum, row) => sum + row.credit_minor, 0n)).toBe(paidMinor);
        },
      ),
      runs,
    );
  }, 240_000);
});
