import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { DomainError } from "#libs/core/errors.ts";
import type { PlanRow } from "#libs/data/plans.ts";
import { createCustomerBody, customerWire } from "./customer-wire.ts";
import { createMeterBody, meterToWire, meterWire, parseMeter } from "./meter-wire.ts";
import { parseWire } from "./parse-wire.ts";
import { createPlanBody, parsePlan, planToWire, planWire } from "./plan-wire.ts";
import { settingsWire, updateSettingsBody } from "./settings-wire.ts";
import { createSubscriptionBody, parseSubscription, subscriptionWire } from "./subscription-wire.ts";

type Body = { kind: string; prices: unknown[] } & Record<string, unknown>;
const sample = gunzipSync(readFileSync("prisma/sample/catalog.ndjson.gz"))
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Body);
const ofKind = (kind: string) =>
  sample.filter((record) => record.kind === kind).map(({ kind: _kind, ...body }) => body);
const madeAt = new Date("2026-03-01T00:00:00Z");
const id = "01890000-0000-7000-8000-000000000001";

function placesOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError) return (error.details.errors ?? []).map((place) => place.path);
    throw error;
  }
  return [];
}

describe("the wire", () => {
  test.each(ofKind("plan").map((body) => [body["code"], body] as const))(
    "gives the plan %s back as it was sent",
    (_code, body) => {
      const plan = parsePlan(parseWire(createPlanBody, body));
      const row: PlanRow = {
        ...{ id, code: plan.code, name: plan.name, archived_at: null, version: 1, created_at: madeAt },
        ...{ plan_version_id: id, plan_version: 1, currency: plan.currency, interval: plan.interval },
        ...{ trial_days: 0, minimum_commitment_minor: null, maximum_amount_minor: null },
        prices: plan.prices.map((definition) => ({ id, code: definition.code, meter_id: null, definition })),
      };
      const sent = planWire.parse(planToWire(row));
      expect(sent.prices.map(({ id: _id, ...price }) => price)).toEqual(body.prices);
    },
  );

  test("gives a meter back with its defaults", () => {
    const meter = parseMeter(parseWire(createMeterBody, { code: "m", name: "M", aggregation: "sum" }));
    const row = { id, code: "m", name: "M", event_type: meter.eventType, definition: meter };
    const sent = meterToWire({
      ...row,
      ...{ definition_version: 1, version: 1, created_at: madeAt, updated_at: madeAt },
    });
    expect(meterWire.parse(sent)).toMatchObject({
      ...{ id: expect.stringMatching(/^mtr_/), event_type: "m" },
      ...{ carry_over: false, negative: "keep", filters: [], group_by: [], unit: null },
      created_at: "2026-03-01T00:00:00Z",
    });
  });

  test("names a charge model without its terms, and terms of another model", () => {
    const price = {
      code: "p",
      name: "P",
      kind: "recurring",
      charge_model: "per_unit",
      flat: { amount: "1" },
    };
    const plan = { code: "x", name: "X", currency: "USD", interval: { unit: "month", count: 1 } };
    expect(placesOf(() => parsePlan(parseWire(createPlanBody, { ...plan, prices: [price] })))).toEqual([
      "prices.0.flat",
      "prices.0.per_unit",
    ]);
  });

  test.each([
    ["a time without offset", { starts_at: "2026-03-01T00:00:00" }, "starts_at"],
    ["an anchor that is none", { anchor: { day: 32 } }, "anchor.day"],
    ["an anchor of another shape", { anchor: 31 }, "anchor"],
    ["an unknown field", { quantity: "1" }, "quantity"],
    ["a number for a quantity", { quantities: { seats: 3 } }, "quantities.seats"],
    ["half a surrogate pair", { customer: "\ud800" }, "customer"],
    ["a NUL", { metadata: { a: "\u0000" } }, "metadata.a"],
    [
      "terms of an override without its model",
      { price_overrides: [{ price: "p", flat: { amount: "1" } }] },
      "price_overrides.0.flat",
    ],
  ])("refuses %s by its place", (_what, fields, path) => {
    const body = { customer: "c", plan: "p", ...fields };
    expect(placesOf(() => parseSubscription(parseWire(createSubscriptionBody, body)))).toEqual([path]);
  });

  test("can be described as JSON schema, both ways", () => {
    const bodies = [
      createCustomerBody,
      createMeterBody,
      createPlanBody,
      updateSettingsBody,
      createSubscriptionBody,
    ];
    const answers = [customerWire, meterWire, planWire, settingsWire, subscriptionWire];
    for (const schema of [...bodies, ...answers]) {
      expect(z.toJSONSchema(schema, { io: "input" })).toMatchObject({
        type: "object",
        additionalProperties: false,
      });
    }
  });
});
