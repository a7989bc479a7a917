import { Temporal } from "temporal-polyfill";
import type { Price } from "#libs/core/price/price.ts";
import { type ChangeTenant, describeInvoice, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { type Cancellation, cancelSubscription, previewCancellation } from "./cancel-subscription.ts";
import { reactivateSubscription } from "./reactivate-subscription.ts";
import { readCoverage } from "./read-coverage.ts";

const at = (text: string) => Temporal.Instant.from(text);
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });

describe("a second cancellation, after the fee was billed up to the end of the first", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const cancel = (tenant: ChangeTenant, id: string, input: Omit<Cancellation, "subscriptionId">) =>
    tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId: id, ...input }));

  /** 31.00 for December; for January up to the 15th, where it was to end, 14.00; now it is the 5th. */
  async function inJanuary(...prices: Price[]) {
    const small = { prices: [fee("31.00"), ...prices] };
    const tenant = await startChangeTenant(test, "2025-12-01T00:00:00Z", { small, big: {} });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2025-12-20T00:00:00Z");
    await cancel(tenant, id, { at: at("2026-01-15T00:00:00Z") });
    await tenant.moveClock("2026-01-01T00:00:00Z");
    await tenant.bill(id);
    await tenant.moveClock("2026-01-05T00:00:00Z");
    return { tenant, id };
  }

  /** Bills at each of the days, and asks that nothing was put aside. */
  async function live(tenant: ChangeTenant, id: string, ...days: string[]) {
    for (const day of days) {
      await tenant.moveClock(`${day}T00:00:00Z`);
      expect((await tenant.bill(id)).parked).toEqual([]);
    }
    return (await tenant.invoices(id)).slice(1);
  }

  it("charges the rest up to a later end in the same period", async () => {
    const { tenant, id } = await inJanuary();
    await cancel(tenant, id, { at: at("2026-02-01T00:00:00Z") });
    expect(await live(tenant, id, "2026-01-16", "2026-02-01", "2026-02-16")).toEqual([
      ["cycle 1400", "recurring base 1400 14/31"],
      ["change 1700", "proration_charge base 1700 17/31"],
    ]);
    expect(await tenant.inTenant((tx) => readCoverage(tx, id))).toMatchObject({ gaps: [], complete: true });
    const { rows } = await test.owner.query("select status, ends_at from subscription where id = $1", [id]);
    expect(rows).toEqual([{ status: "canceled", ends_at: new Date("2026-02-01T00:00:00Z") }]);
  });

  it("charges it up to an end in a later period, in order, and parks nothing", async () => {
    const { tenant, id } = await inJanuary();
    await cancel(tenant, id, { at: at("2026-02-15T00:00:00Z") });
    expect(await live(tenant, id, "2026-01-16", "2026-02-01", "2026-02-16")).toEqual([
      ["cycle 1400", "recurring base 1400 14/31"],
      ["change 1700", "proration_charge base 1700 17/31"],
      ["cycle 1550", "recurring base 1550 14/28"],
    ]);
    expect(await tenant.inTenant((tx) => readCoverage(tx, id))).toMatchObject({ gaps: [], complete: true });
  });

  it("gives back what lies after an earlier end, and charges the rest when that one is undone too", async () => {
    const { tenant, id } = await inJanuary();
    await cancel(tenant, id, { at: at("2026-01-20T00:00:00Z") });
    await cancel(tenant, id, { at: at("2026-01-08T00:00:00Z"), refund: "prorated" });
    const { tenant: other, id: undone } = await inJanuary();
    await cancel(other, undone, { at: at("2026-01-08T00:00:00Z"), refund: "prorated" });
    expect(await live(tenant, id, "2026-01-08", "2026-02-01")).toEqual([
      ["cycle 1400", "recurring base 1400 14/31"],
      ["final -700", "proration_credit base -700 7/14"],
    ]);
    await other.inTenant((tx) => reactivateSubscription(tx, { subscriptionId: undone }));
    expect(await live(other, undone, "2026-01-16", "2026-02-01")).toEqual([
      ["cycle 1400", "recurring base 1400 14/31"],
      ["change 1700", "proration_charge base 1700 17/31"],
      ["cycle 3100", "recurring base 3100 28/28"],
    ]);
  });

  it("leaves usage whole: its tiers do not begin anew where the fee was cut", async () => {
    const tiers = [
      { upTo: "10", unitAmount: "1.00" },
      { upTo: null, unitAmount: "0.50" },
    ];
    const calls = usagePrice("calls", { chargeModel: { model: "graduated", tiers } });
    const { tenant, id } = await inJanuary(calls);
    await tenant.send("10", "2026-01-10T00:00:00Z");
    await cancel(tenant, id, { at: at("2026-02-01T00:00:00Z") });
    await tenant.send("10", "2026-01-20T00:00:00Z");
    expect(await live(tenant, id, "2026-02-01")).toEqual([
      ["cycle 1400", "recurring base 1400 14/31", "usage calls 0 1/1"],
      ["change 1700", "proration_charge base 1700 17/31"],
      ["final 1500", "usage calls 1500 1/1"],
    ]);
  });

  it("charges a fee that is not prorated once for its period", async () => {
    const { tenant, id } = await inJanuary(fee("5.00", { code: "whole", proration: "none" }));
    await cancel(tenant, id, { at: at("2026-02-15T00:00:00Z") });
    expect(await live(tenant, id, "2026-01-16", "2026-02-01", "2026-02-16")).toEqual([
      ["cycle 1900", "recurring base 1400 14/31", "recurring whole 500 1/1"],
      ["change 1700", "proration_charge base 1700 17/31"],
      ["cycle 2050", "recurring base 1550 14/28", "recurring whole 500 1/1"],
    ]);
    expect(await tenant.inTenant((tx) => readCoverage(tx, id))).toMatchObject({ gaps: [], complete: true });
  });

  it("shows in its preview what it will bill", async () => {
    const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
    const { tenant, id } = await inJanuary(calls);
    await tenant.send("5", "2026-01-04T00:00:00Z");
    const input = { subscriptionId: id, at: at("2026-01-31T00:00:00Z") };
    const shown = await tenant.inTenant((tx) => previewCancellation(tx, input));
    await cancel(tenant, id, input);
    const billed = await live(tenant, id, "2026-01-31");
    expect(describeInvoice(shown.invoice)).toEqual(["final 500", "usage calls 500 1/1"]);
    expect(billed.at(-1)).toEqual(describeInvoice(shown.invoice));
    expect(billed[1]).toEqual(["change 1600", "proration_charge base 1600 16/31"]);
  });
});
