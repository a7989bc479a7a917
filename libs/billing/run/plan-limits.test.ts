import { Temporal } from "temporal-polyfill";
import { balancesOf, invoicesOf, use } from "#libs/testkit/customer-life.ts";
import {
  flatPrice,
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
  usagePrice,
} from "#libs/testkit/factories.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { regenerateInvoice } from "../invoice/regenerate-invoice.ts";
import { previewInvoice } from "../invoice/preview-invoice.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";
import { generateInvoices } from "./generate-invoices.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("the limits of a plan", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  type Life = { readonly tenant: TestTenant; readonly customer: string; readonly subscriptionId: string };

  /** A subscription to a fee of 10.00 in advance and calls of 0.05 in arrears, from `from` on. */
  async function start(from: string, limits: Partial<Plan>): Promise<Life> {
    const tenant = await makeTenant(world.test, { clockNow: at(from) });
    const customer = (await makeCustomer(tenant)).id;
    await makeMeter(tenant, { code: "calls" });
    const fee = flatPrice({ billing: "in_advance" });
    const plan = await makePlan(tenant, { prices: [fee, usagePrice("calls")], ...limits });
    const subscription = await makeSubscription(tenant, {
      customer: { id: customer },
      plan: { id: plan.id },
    });
    await world.tick();
    return { tenant, customer, subscriptionId: subscription.id };
  }
  const call = ({ tenant, customer }: Life, value: string, when: string) =>
    use(tenant, { customer, meter: "calls", at: at(when), value });

  it("bill what is missing to the minimum commitment, the fee of the invoice before among what counts", async () => {
    const life = await start("2026-01-01T00:00:00Z", { minimumCommitment: "100.00" });
    await world.advance(life.tenant, at("2026-01-31T00:00:00Z"));
    await call(life, "200", "2026-01-20T00:00:00Z");
    await world.advance(life.tenant, at("2026-02-28T00:00:00Z"));
    await call(life, "3000", "2026-02-20T00:00:00Z");
    await world.advance(life.tenant, at("2026-03-01T00:00:00Z"));
    expect(await invoicesOf(world, life.tenant)).toEqual([
      "2026-01-01 start 10.00 USD: Base fee 10.00",
      "2026-02-28 cycle 100.00 USD: Base fee 10.00, Calls 10.00, Minimum commitment 80.00",
      "2026-03-01 cycle 160.00 USD: Base fee 10.00, Calls 150.00",
    ]);
    expect(await balancesOf(life.tenant)).toEqual(["receivable USD 270.00", "revenue USD -270.00"]);
  });

  it("prorate the commitment with a period that is not whole", async () => {
    const life = await start("2026-01-16T00:00:00Z", { minimumCommitment: "100.00" });
    await world.advance(life.tenant, at("2026-02-01T00:00:00Z"));
    expect(await invoicesOf(world, life.tenant)).toEqual([
      "2026-01-16 start 5.16 USD: Base fee 5.16",
      "2026-02-01 cycle 56.45 USD: Base fee 10.00, Calls 0.00, Minimum commitment 46.45",
    ]);
  });

  it("take off what is above the maximum", async () => {
    const life = await start("2026-01-01T00:00:00Z", { maximumAmount: "50.00" });
    await world.advance(life.tenant, at("2026-01-31T00:00:00Z"));
    await call(life, "2000", "2026-01-20T00:00:00Z");
    await world.advance(life.tenant, at("2026-02-01T00:00:00Z"));
    expect((await invoicesOf(world, life.tenant))[1]).toBe(
      "2026-02-01 cycle 50.00 USD: Base fee 10.00, Calls 100.00, Plan maximum -60.00",
    );
  });

  it("are the same in a preview, in a dry run over several months, and when the invoice is made again", async () => {
    const life = await start("2026-01-01T00:00:00Z", { minimumCommitment: "100.00" });
    const { subscriptionId, tenant } = life;
    const preview = await tenant.inTenant((tx) => previewInvoice(tx, { subscriptionId }));
    expect(preview.draft.assembled?.totalMinor).toBe(10000n);
    const dry = await tenant.inTenant((tx) =>
      generateInvoices(tx, {
        ...{ subscriptionIds: [subscriptionId], dryRun: true },
        cutoffs: new Map([["UTC", at("2026-03-01T00:00:00Z")]]),
      }),
    );
    expect(dry.invoices.map((invoice) => invoice.total)).toEqual(["100.00", "100.00"]);
    await world.advance(tenant, at("2026-03-01T00:00:00Z"));
    const before = await invoicesOf(world, tenant);
    const [last] = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 order by billing_sequence desc limit 1",
      [tenant.tenantId],
    );
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: last?.id ?? "", reason: "again" }));
    expect((await invoicesOf(world, tenant)).at(-1)).toBe(before.at(-1));
  });

  it("settle the old plan's part of the month at a change of plan, and go on through a change of seats", async () => {
    const life = await start("2026-01-01T00:00:00Z", {
      minimumCommitment: "31.00",
      prices: [
        usagePrice("calls"),
        flatPrice({
          code: "seats",
          name: "Seats",
          billing: "in_advance",
          quantity: "1",
          chargeModel: { model: "per_unit", unitAmount: "0.31" },
        }),
      ],
    });
    const { tenant, subscriptionId } = life;
    const free = await makePlan(tenant, { prices: [usagePrice("calls")] });
    await world.advance(tenant, at("2026-01-11T00:00:00Z"));
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId, quantities: { seats: "2" } }));
    await world.advance(tenant, at("2026-01-17T00:00:00Z"));
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId, plan: { id: free.id } }));
    await world.advance(tenant, at("2026-02-01T00:00:00Z"));
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-01-01 start 0.31 USD: Seats 0.31",
      "2026-01-11 change 0.21 USD: Seats -0.21, Seats 0.42",
      "2026-01-17 change 15.48 USD: Seats -0.30, Calls 0.00, Minimum commitment 15.78",
      "2026-02-01 cycle 0.00 USD: Calls 0.00",
    ]);
  });

  it("are refused of a plan whose prices all have another interval", async () => {
    const tenant = await makeTenant(world.test);
    const yearly = makePlan(tenant, {
      ...{ interval: { unit: "year", count: 1 }, minimumCommitment: "1.00" },
      prices: [flatPrice({ interval: { unit: "month", count: 1 } })],
    });
    await expect(yearly).rejects.toMatchObject({ details: { errors: [{ path: "minimum_commitment" }] } });
  });
});
