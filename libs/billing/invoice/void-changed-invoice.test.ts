import { eventually } from "../../../apps/sandbox/sandbox-fixture.ts";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import { changeSubscription } from "#libs/billing/subscription/change-subscription.ts";
import { readCoverage } from "#libs/billing/subscription/read-coverage.ts";
import type { Price } from "#libs/core/price/price.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { voidInvoice } from "./void-invoice.ts";

const fee = (amount: string): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount } });

describe("void and the credits of a change", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** 31.00 for March with 19 % tax, and a change in the middle of it, to twice or to nothing of the fee. */
  const changed = async (newFee: string) => {
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", {
      small: { prices: [fee("31.00")] },
      big: { prices: [fee(newFee)] },
    });
    await tenant.tax("19");
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T09:30:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
    const { rows } = await test.owner.query(
      "select id, number from invoice where subscription_id = $1 order by billing_sequence",
      [id],
    );
    const [start, change] = rows as { id: string; number: string }[];
    if (start === undefined || change === undefined) throw new Error("two invoices were expected");
    return { tenant, id, start, change };
  };
  const cancel = (tenant: ChangeTenant, invoiceId: string) =>
    tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
  const balances = async (tenant: ChangeTenant) => {
    const { rows } = await test.owner.query(
      `select account, sum(amount)::text as balance from (
         select debit_account as account, amount_minor as amount from ledger_posting where tenant_id = $1
         union all select credit_account, -amount_minor from ledger_posting where tenant_id = $1) p
       group by account having sum(amount) <> 0 order by account`,
      [tenant.tenantId],
    );
    return Object.fromEntries(rows.map((row) => [row.account, Number(row.balance)]));
  };

  const somebodyWaits = async () => {
    const { rows } = await test.owner.query(
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows.length > 0 || undefined;
  };

  it("of the invoice that was credited is refused by the number of the one that credits it", async () => {
    const { tenant, id, start, change } = await changed("62.00");
    const before = await balances(tenant);
    expect(before).toEqual({ receivable: 3689 + 1904, revenue: -4700, tax_payable: -893 });
    await expect(cancel(tenant, start.id)).rejects.toMatchObject({
      code: "invoice_amended",
      message: `Invoice ${change.number} gives back a part of what invoice ${start.number} billed: void that first.`,
    });
    expect(await balances(tenant)).toEqual(before);
    // The other way round it is lawful, and nothing stays: neither charge nor credit.
    await cancel(tenant, change.id);
    expect(await balances(tenant)).toEqual({ receivable: 3689, revenue: -3100, tax_payable: -589 });
    await cancel(tenant, start.id);
    expect(await balances(tenant)).toEqual({});
    const { covered, gaps } = await tenant.inTenant((tx) => readCoverage(tx, id));
    expect({ covered, gaps: gaps.length > 0 }).toEqual({ covered: [], gaps: true });
  });

  it("of the change makes the old line creditable whole again, to the cent", async () => {
    const { tenant, start, change } = await changed("62.00");
    const note = (amount: string) =>
      tenant.inTenant((tx) =>
        createCreditNote(tx, {
          invoiceId: start.id,
          asked: { amount },
          settlement: "offset",
        }),
      );
    await expect(note("36.89")).rejects.toMatchObject({ code: "credit_note_exceeds_invoice" });
    await cancel(tenant, change.id);
    await note("36.89");
    expect(await balances(tenant)).toEqual({});
  });

  it("of a change whose surplus became credit takes that credit back", async () => {
    const { tenant, start, change } = await changed("0.00");
    const { rows } = await test.owner.query(
      "select amount_minor from credit_grant where customer_id = $1 and source_invoice_id = $2",
      [tenant.customerId, change.id],
    );
    expect(rows).toEqual([{ amount_minor: "1904" }]);
    await expect(cancel(tenant, start.id)).rejects.toMatchObject({ code: "invoice_amended" });
    await cancel(tenant, change.id);
    await cancel(tenant, start.id);
    expect(await balances(tenant)).toEqual({});
  });

  it.each([
    ["void", "invoice_amended"],
    ["credit note", "credit_note_exceeds_invoice"],
  ])("%s of the old invoice waits for a change that is being made, and then refuses", async (verb, code) => {
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", {
      small: { prices: [fee("31.00")] },
      big: { prices: [fee("62.00")] },
    });
    const id = await tenant.subscribe();
    const invoiceId = (await tenant.bill(id)).invoices[0]?.invoiceId ?? "";
    await tenant.moveClock("2026-03-16T00:00:00Z");
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let made = (): void => undefined;
    const isMade = new Promise<void>((resolve) => {
      made = resolve;
    });
    const changing = tenant.inTenant(async (tx) => {
      await changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } });
      made();
      await held;
    });
    await isMade;
    const asked = { invoiceId, asked: { amount: "31.00" }, settlement: "offset" as const };
    const voiding: Promise<unknown> =
      verb === "void" ? cancel(tenant, invoiceId) : tenant.inTenant((tx) => createCreditNote(tx, asked));
    const outcome = expect(voiding).rejects.toMatchObject({ code });
    const ended = voiding.then(
      () => true,
      () => true,
    );
    await Promise.race([ended, eventually(somebodyWaits)]);
    release();
    await changing;
    await outcome;
  });
});
