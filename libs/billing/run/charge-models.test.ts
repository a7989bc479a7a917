import { Temporal } from "temporal-polyfill";
import {
  makeCustomer,
  makeMeter,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import type { PlanRow } from "#libs/data/plans.ts";
import { createPlan } from "../catalog/create-plan.ts";
import { replayInvoice } from "../invoice/replay-invoice.ts";
import { parseEventJson } from "../usage/event-wire.ts";
import { ingestEvents } from "../usage/ingest-events.ts";
import { parseWire } from "../wire/parse-wire.ts";
import { createPlanBody, parsePlan, planToWire } from "../wire/plan-wire.ts";
import { generateInvoices, type GenerateResult } from "./generate-invoices.ts";

type Line = {
  code: string;
  group_key: string;
  quantity: string;
  amount_minor: string;
  tiers: { quantity: string; amount: string }[];
  steps: { name: string; after: string; parts?: { name: string; amount: string }[] }[];
};
type Sent = { readonly id: string; readonly at: string; readonly value: string } & Record<string, string>;

const tier = (upTo: string | null, terms: object) => ({ up_to: upTo, ...terms });
const prices = [
  {
    ...{ code: "stair", meter: "paid", charge_model: "stairstep" },
    stairstep: {
      tiers: [
        tier("100", { flat_amount: "5" }),
        tier("1000", { flat_amount: "20" }),
        tier(null, { flat_amount: "50" }),
      ],
    },
  },
  {
    ...{ code: "percent", meter: "paid", charge_model: "percentage" },
    percentage: { rate: "1.3", fixed_amount: "2", free_events: 3, free_amount: "250" },
  },
  {
    ...{ code: "brackets", meter: "paid", charge_model: "graduated_percentage" },
    graduated_percentage: {
      tiers: [tier("500", { rate: "1" }), tier(null, { rate: "2", flat_amount: "1" })],
    },
  },
  {
    ...{ code: "own", meter: "paid", charge_model: "dynamic" },
    dynamic: { amount_property: "fee" },
  },
  {
    ...{ code: "blocks", meter: "paid", charge_model: "per_unit", per_unit: { unit_amount: "2" } },
    ...{ transform_quantity: { divide_by: "300", round: "up" }, negative_quantity: "zero" },
  },
  {
    ...{ code: "shifted", meter: "paid", charge_model: "volume" },
    volume: {
      tiers: [
        tier("100", { unit_amount: "0.1" }),
        tier("500", { unit_amount: "0.05" }),
        tier(null, { unit_amount: "0.02" }),
      ],
    },
    ...{ included_units: "50", included_mode: "free_tier", prorate_allowances: false },
  },
  {
    ...{ code: "daily", meter: "peak", charge_model: "package", package: { size: "100", amount: "1" } },
    rate_per: { window: "day", group_by: [] },
  },
  {
    ...{ code: "alone", meter: "regional", charge_model: "graduated" },
    graduated: { tiers: [tier("200", { unit_amount: "0.1" }), tier(null, { unit_amount: "0.05" })] },
    rate_per: { window: null, group_by: ["region"] },
  },
  {
    ...{ code: "together", meter: "regional", charge_model: "volume" },
    volume: { tiers: [tier("500", { unit_amount: "0.1" }), tier(null, { unit_amount: "0.05" })] },
  },
].map((price) => ({ name: price.code, kind: "usage", billing: "in_arrears", proration: "none", ...price }));

const january: Sent[] = [
  { id: "1", at: "2026-01-05T01:00:00Z", value: "50", region: "eu", fee: "0.1" },
  { id: "2", at: "2026-01-05T02:00:00Z", value: "100", region: "us", fee: "0.2" },
  { id: "3", at: "2026-01-06T02:30:00Z", value: "250", region: "eu", fee: "0.3" },
  { id: "4", at: "2026-01-09T03:00:00Z", value: "400", region: "us", fee: "0.005" },
];

describe("charge models and options, from the plan as it is sent to the invoice line", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const body = (sent: readonly object[]) => ({
    ...{ code: "all", name: "All", currency: "USD", interval: { unit: "month", count: 1 } },
    prices: sent,
  });
  const addPlan = (tenant: TestTenant, sent: readonly object[]): Promise<PlanRow> =>
    tenant.inTenant((tx) => createPlan(tx, parsePlan(parseWire(createPlanBody, body(sent)))));

  /** A tenant at the end of January with meters of one kind of event: `paid` (sum), `regional` (sum by region), `peak` (max). */
  async function openTenant(): Promise<TestTenant> {
    const tenant = await makeTenant(test, { clockNow: Temporal.Instant.from("2026-02-02T00:00:00Z") });
    const eventType = "sale";
    await makeMeter(tenant, { code: "paid", eventType });
    await makeMeter(tenant, { code: "regional", eventType, groupBy: ["region"] });
    await makeMeter(tenant, { code: "peak", eventType, aggregation: "max" });
    return tenant;
  }

  async function bill(
    tenant: TestTenant,
    input: { readonly plan: PlanRow; readonly events: readonly Sent[]; readonly timezone?: string },
  ): Promise<{ outcome: GenerateResult; lines: Line[] }> {
    const { plan, events, timezone = "UTC" } = input;
    const customer = await makeCustomer(tenant, { externalId: "acme" });
    const startsAt = Temporal.PlainDateTime.from("2026-01-01T00:00").toZonedDateTime(timezone).toInstant();
    const subscription = await makeSubscription(tenant, {
      ...{ customer: { id: customer.id }, plan: { id: plan.id }, startsAt, timezone },
    });
    const outcome = await tenant.inTenant(async (tx) => {
      const sent = events.map(({ id, at: timestamp, value, ...properties }) => ({
        ...{ id, event_type: "sale", customer: "acme", timestamp, value, properties },
      }));
      const answer = await ingestEvents(tx, parseEventJson(sent).events);
      expect(answer.accepted).toBe(events.length);
      const cutoffs = new Map([[timezone, tx.now]]);
      return generateInvoices(tx, { subscriptionIds: [subscription.id], cutoffs, dryRun: false });
    });
    for (const { invoiceId } of outcome.invoices) {
      const replay = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }));
      expect(replay).toMatchObject({ identical: true, differences: [] });
    }
    const { rows } = await test.owner.query(
      `select l.inputs->'price'->>'code' as code, l.group_key, trim_scale(l.quantity)::text as quantity, l.amount_minor::text, l.tiers, l.steps
       from invoice_line l join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
       where l.tenant_id = $1 and i.period_end > '2026-01-31' order by l.position`,
      [tenant.tenantId],
    );
    return { outcome, lines: rows as Line[] };
  }

  const placesOf = async (act: Promise<unknown>): Promise<string[]> => {
    const thrown: { details?: { errors?: ErrorPlace[] } } = await act.then(
      () => ({}),
      (error: object) => error,
    );
    return thrown.details?.errors?.map((place) => place.path) ?? [];
  };

  it("gives a plan of every model back as it was sent", async () => {
    const plan = await addPlan(await openTenant(), prices);
    expect(planToWire(plan).prices.map(({ id: _id, ...price }) => price)).toEqual(prices);
  });

  it("bills each by its own rule, and a replay from single events gives the same bytes", async () => {
    const tenant = await openTenant();
    const { lines } = await bill(tenant, { plan: await addPlan(tenant, prices), events: january });
    expect(lines.map((line) => [line.code, line.group_key, line.quantity, line.amount_minor])).toEqual([
      ["stair", "", "800", "2000"],
      ["percent", "", "800", "1115"],
      ["brackets", "", "800", "1200"],
      ["own", "", "800", "61"],
      ["blocks", "", "800", "600"],
      ["shifted", "", "800", "1600"],
      ["daily", "", "750", "800"],
      ["alone", "region=eu", "300", "2500"],
      ["alone", "region=us", "500", "3500"],
      ["together", "region=eu", "300", "1500"],
      ["together", "region=us", "500", "2500"],
    ]);
    const ofCode = (code: string) => lines.find((line) => line.code === code);
    expect(ofCode("brackets")?.tiers.map(({ quantity, amount }) => [quantity, amount])).toEqual([
      ["500", "5"],
      ["300", "7"],
    ]);
    expect(
      ofCode("percent")
        ?.steps.at(-1)
        ?.parts?.map(({ name, amount }) => [name, amount]),
    ).toEqual([
      ["rate", "7.15"],
      ["fixed_amount", "4"],
    ]);
    expect(ofCode("blocks")?.steps.map(({ name, after }) => [name, after])).toEqual([
      ["transform_quantity", "3"],
      ["charge_model", "6"],
    ]);
    expect(ofCode("daily")?.steps[0]?.parts?.map(({ name, amount }) => [name, amount])).toEqual([
      ["2026-01-05T00:00:00Z", "1"],
      ["2026-01-06T00:00:00Z", "3"],
      ["2026-01-09T00:00:00Z", "4"],
    ]);
    expect(ofCode("together")?.steps.slice(-2)).toMatchObject([
      { name: "group_share", after: "15" },
      { name: "rounded_together", after: "15" },
    ]);
  });

  it("cuts days in the subscription's zone, and orders events by time, then id", async () => {
    const tenant = await openTenant();
    const plan = await addPlan(tenant, [
      ...prices.filter(({ code }) => code === "daily"),
      {
        ...{ code: "first", name: "First free", kind: "usage", meter: "paid", charge_model: "percentage" },
        percentage: { rate: "10", free_events: "1" },
      },
    ]);
    const at = "2026-01-05T04:59:59Z";
    const events: Sent[] = [
      { id: "b", at, value: "30" },
      { id: "a", at, value: "10" },
      { id: "c", at: "2026-01-05T05:00:00Z", value: "20" },
    ];
    const { lines } = await bill(tenant, { plan, events, timezone: "America/New_York" });
    expect(lines.map((line) => [line.code, line.amount_minor])).toEqual([
      ["daily", "200"],
      ["first", "500"],
    ]);
  });

  it("parks a subscription whose event carries no amount, naming the event, and bills nothing of it", async () => {
    const tenant = await openTenant();
    const plan = await addPlan(
      tenant,
      prices.filter(({ code }) => code === "own"),
    );
    const events: Sent[] = [...january, { id: "bare", at: "2026-01-20T00:00:00Z", value: "1" }];
    const { outcome, lines } = await bill(tenant, { plan, events });
    expect(outcome.parked).toMatchObject([
      {
        code: "usage_value_invalid",
        reason: expect.stringContaining('"bare" holds no amount in properties.fee'),
      },
    ]);
    expect(lines).toEqual([]);
  });

  it("parks a subscription whose line is beyond what can be stored, and never wraps it", async () => {
    const tenant = await openTenant();
    const plan = await addPlan(tenant, [
      {
        ...{ code: "huge", name: "Huge", kind: "usage", meter: "paid", charge_model: "per_unit" },
        per_unit: { unit_amount: "999999999999999" },
      },
    ]);
    const events = [{ id: "1", at: "2026-01-05T00:00:00Z", value: "999999999999999.123456789012" }];
    const { outcome, lines } = await bill(tenant, { plan, events });
    expect(outcome.parked).toMatchObject([{ code: "amount_out_of_range" }]);
    expect(lines).toEqual([]);
  });

  it("refuses terms that cannot be billed, naming the tier, the field or the group", async () => {
    const tenant = await openTenant();
    const usage = { name: "Bad", kind: "usage", meter: "peak" };
    const bad = [
      {
        ...{ ...usage, code: "one", charge_model: "graduated" },
        graduated: {
          tiers: [tier("5", { unit_amount: "1" }), tier("5", { unit_amount: "1" }), tier(null, {})],
        },
      },
      { ...usage, code: "two", charge_model: "percentage", percentage: { rate: "-1" } },
      {
        ...usage,
        code: "three",
        charge_model: "dynamic",
        dynamic: { amount_property: "fee" },
        included_units: "1",
      },
    ];
    expect(await placesOf(addPlan(tenant, bad))).toEqual([
      "prices.0.graduated.tiers.1.up_to",
      "prices.0.graduated.tiers.2",
      "prices.1.percentage.rate",
      "prices.2.included_units",
    ]);
    const unsuitable = [
      { ...usage, code: "one", charge_model: "dynamic", dynamic: { amount_property: "fee" } },
      {
        ...{ ...usage, code: "two", charge_model: "per_unit", per_unit: { unit_amount: "1" } },
        rate_per: { group_by: ["region"] },
      },
    ];
    expect(await placesOf(addPlan(tenant, unsuitable))).toEqual([
      "prices.0.meter",
      "prices.1.rate_per.group_by.0",
    ]);
  });
});
