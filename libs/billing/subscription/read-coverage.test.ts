import { Temporal } from "temporal-polyfill";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateCustomer } from "../catalog/update-customer.ts";
import { regenerateInvoice } from "../invoice/regenerate-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { pauseSubscription } from "./pause-subscription.ts";
import { readCoverage } from "./read-coverage.ts";
import { resumeSubscription } from "./resume-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("readCoverage", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  type Life = { readonly tenant: TestTenant; readonly customerId: string; readonly subscriptionId: string };

  /** A fee in arrears by the month from January on. */
  async function begin(): Promise<Life> {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const customerId = (await makeCustomer(tenant)).id;
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const { id } = await makeSubscription(tenant, { customer: { id: customerId }, plan: { id: plan.id } });
    return { tenant, customerId, subscriptionId: id };
  }
  const until = ({ tenant }: Life, time: string) => world.advance(tenant, at(time));
  const coverageOf = async ({ tenant, subscriptionId }: Life) => {
    const { covered, gaps, overlaps, paused, complete } = await tenant.inTenant((tx) =>
      readCoverage(tx, subscriptionId),
    );
    const dates = ({ start, end }: { start: Temporal.Instant; end: Temporal.Instant }) =>
      `${start.toString().slice(0, 10)}..${end.toString().slice(0, 10)}`;
    return {
      covered: covered.length,
      gaps: gaps.map((gap) => `${dates(gap)} ${gap.reason}`),
      ...{ overlaps: overlaps.map(dates), paused: paused.map(dates), complete },
    };
  };
  const lastInvoice = async ({ tenant }: Life) => {
    const rows = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 order by billing_sequence desc limit 1",
      [tenant.tenantId],
    );
    return rows[0]?.id ?? "";
  };

  it("is complete when every period that fell due is billed, and asks for none that has not", async () => {
    const life = await begin();
    await until(life, "2026-03-15T00:00:00Z");
    expect(await coverageOf(life)).toEqual({
      covered: 2,
      gaps: [],
      overlaps: [],
      paused: [],
      complete: true,
    });
  });

  it("shows a void invoice as a gap until its period is billed again", async () => {
    const life = await begin();
    await until(life, "2026-03-01T00:00:00Z");
    const invoiceId = await lastInvoice(life);
    await life.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
    expect(await coverageOf(life)).toMatchObject({
      ...{ covered: 1, gaps: ["2026-02-01..2026-03-01 voided"], complete: false },
    });
    await life.tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "again" }));
    expect(await coverageOf(life)).toMatchObject({ covered: 2, gaps: [], complete: true });
  });

  it("says why periods were not billed: parked, or the customer is inactive", async () => {
    const parked = await begin();
    await world.test.owner.query(
      "update subscription set parked_at = now(), parked_code = 'internal' where id = $1",
      [parked.subscriptionId],
    );
    await until(parked, "2026-02-15T00:00:00Z");
    expect(await coverageOf(parked)).toMatchObject({
      gaps: ["2026-01-01..2026-02-01 parked"],
      complete: false,
    });
    const idle = await begin();
    const customer = { id: idle.customerId };
    await idle.tenant.inTenant((tx) => updateCustomer(tx, { customer, status: "inactive" }));
    await until(idle, "2026-03-15T00:00:00Z");
    expect(await coverageOf(idle)).toMatchObject({ gaps: ["2026-01-01..2026-03-01 customer_inactive"] });
  });

  it("shows paused time as what it is, while it lasts and afterwards", async () => {
    const life = await begin();
    const { tenant, subscriptionId } = life;
    await until(life, "2026-02-11T00:00:00Z");
    await tenant.inTenant((tx) => pauseSubscription(tx, { subscriptionId }));
    await until(life, "2026-03-20T00:00:00Z");
    expect(await coverageOf(life)).toMatchObject({
      gaps: [],
      paused: ["2026-02-11..2026-03-20"],
      complete: true,
    });
    await tenant.inTenant((tx) => resumeSubscription(tx, { subscriptionId }));
    await until(life, "2026-05-01T00:00:00Z");
    expect(await coverageOf(life)).toEqual({
      ...{ covered: 4, gaps: [], overlaps: [], paused: ["2026-02-11..2026-03-20"], complete: true },
    });
  });
});
