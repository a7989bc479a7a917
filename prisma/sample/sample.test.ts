import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { buildCatalog } from "./build-catalog.ts";
import { buildEvents } from "./build-events.ts";
import { toGzip, toNdjson } from "./sample-file.ts";

type Row = Readonly<Record<string, unknown>>;

const committed = (name: string): string => gunzipSync(readFileSync(join(__dirname, name))).toString("utf8");
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

const catalogText = committed("catalog.ndjson.gz");
const eventsText = committed("events.ndjson.gz");
const catalog = lines(catalogText).map((line) => JSON.parse(line) as Row);
const eventLines = lines(eventsText);
const events = eventLines.map((line) => JSON.parse(line) as Row);
const ofKind = (kind: string): Row[] => catalog.filter((record) => record.kind === kind);
const customers = ofKind("customer");
const active = customers.filter((customer) => customer.status === "active");
const subscriptions = ofKind("subscription");
const plans = new Map(ofKind("plan").map((plan) => [plan.code, plan]));
const pricesOf = (plan: Row | undefined): Row[] => (plan?.prices ?? []) as Row[];
const prices = [...plans.values()].flatMap(pricesOf);

const [header, ...expected] = lines(readFileSync(join(__dirname, "expected.csv"), "utf8")).map((line) =>
  line.split(","),
);
const invoices = expected.map((cells) =>
  Object.fromEntries(cells.map((cell, at) => [header?.[at] ?? "", cell])),
);
const invoicesOf = (externalId: string) => invoices.filter((invoice) => invoice.organization === externalId);

function subscriptionOf(externalId: string): Row {
  const found = subscriptions.find((subscription) => subscription.customer === externalId);
  if (found === undefined) throw new Error(`no subscription of ${externalId}`);
  return found;
}

function localTime(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return format.format(new Date(instant));
}

test("generating again gives the committed text, and the same gzip bytes each time", () => {
  expect(sha256(toNdjson(buildCatalog()))).toBe(sha256(catalogText));
  const again = toNdjson(buildEvents());
  expect(sha256(again)).toBe(sha256(eventsText));
  expect(toGzip(again).equals(toGzip(toNdjson(buildEvents())))).toBe(true);
});

test("both files together stay under 3 MB", () => {
  const size = ["catalog.ndjson.gz", "events.ndjson.gz"]
    .map((name) => statSync(join(__dirname, name)).size)
    .reduce((sum, bytes) => sum + bytes, 0);
  expect(size).toBeLessThan(3_000_000);
});

test("there are 42 active organizations and an inactive one, each with one subscription", () => {
  expect(active).toHaveLength(42);
  expect(customers).toHaveLength(43);
  expect(new Set(customers.map((customer) => customer.external_id)).size).toBe(43);
  expect(subscriptions.map((subscription) => subscription.customer).sort()).toEqual(
    customers.map((customer) => customer.external_id).sort(),
  );
});

test("records stand in load order and name only what stands before them", () => {
  const order = ["settings", "tax_rate", "meter", "plan", "customer", "payment_method", "subscription"];
  const ranks = catalog.map((record) => order.indexOf(String(record.kind)));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  const codes = (kind: string) => new Set(ofKind(kind).map((record) => record.code));
  const known = new Set(customers.map((customer) => customer.external_id));
  for (const price of prices.filter(({ kind }) => kind === "usage"))
    expect(codes("meter")).toContain(price.meter);
  for (const customer of customers) {
    for (const code of customer.tax_rate_ids as string[]) expect(codes("tax_rate")).toContain(code);
  }
  for (const { plan } of subscriptions) expect(codes("plan")).toContain(plan);
  const named = [...ofKind("payment_method"), ...events].map((record) => record.customer);
  expect([...new Set(named)].filter((externalId) => !known.has(externalId))).toEqual([]);
});

test("a price's model stands beside the object of its own name", () => {
  for (const price of prices) expect(price[String(price.charge_model)]).toEqual(expect.any(Object));
  expect(new Set(prices.map((price) => price.charge_model))).toEqual(
    new Set(["flat", "per_unit", "package", "graduated", "volume"]),
  );
});

test("about 100,000 events arrive, and no id comes with two contents", () => {
  const contents = new Map<unknown, string>();
  const conflicts = eventLines.filter((line, at) => {
    const first = contents.get(events[at]?.id) ?? line;
    contents.set(events[at]?.id, first);
    return first !== line;
  });
  expect(conflicts).toEqual([]);
  expect(contents.size).toBeGreaterThan(100_000);
  expect(contents.size).toBeLessThan(105_000);
  expect(eventLines.length - contents.size).toBeGreaterThan(400);
});

test("late events of early March stand at the end, after events of April", () => {
  const tail = events.slice(-300).map((event) => Date.parse(String(event.timestamp)));
  const late = tail.filter((at) => at < Date.parse("2026-03-07T00:00:00Z"));
  expect(late.length).toBeGreaterThanOrEqual(250);
  expect(events.slice(0, -300).some((event) => String(event.timestamp) >= "2026-04-01T09")).toBe(true);
});

test("no event lies after the demo's clock, and every number is a plain decimal of at most 12 places", () => {
  for (const event of events) {
    if (Date.parse(String(event.timestamp)) > Date.parse("2026-04-01T12:00:00Z"))
      throw new Error(String(event.id));
    const properties = (event.properties ?? {}) as Row;
    for (const value of [event.value, properties.gb]) {
      if (value !== undefined && !/^\d+(\.\d{1,12})?$/.test(String(value))) throw new Error(String(value));
    }
  }
});

test("subscriptions start at local midnight of 1 March except where the sample wants another start", () => {
  const others = subscriptions
    .map(({ customer, starts_at, timezone }) => [customer, localTime(String(starts_at), String(timezone))])
    .filter(([, start]) => start !== "2026-03-01 00:00:00");
  expect(Object.fromEntries(others)).toEqual({
    "anchor-point-marine": "2026-02-28 00:00:00",
    "fable-studio": "2026-03-11 00:00:00",
    "market-bites": "2026-03-02 00:00:00",
    "zazolc-gesla-jazn": "2026-03-17 09:30:00",
  });
  expect(subscriptionOf("anchor-point-marine").anchor).toEqual({ day: 31 });
  expect(subscriptionOf("delta-forge").trial_ends_at).toBe("2026-03-15T00:00:00Z");
});

test("USD leads, beside EUR, GBP, JPY and KWD; tax is added, contained, reversed and waived", () => {
  const inCurrency = (currency: string) => active.filter((customer) => customer.currency === currency).length;
  expect(["USD", "EUR", "GBP", "JPY", "KWD"].map(inCurrency)).toEqual([30, 7, 2, 2, 1]);
  const taxed = (externalId: string) => Number(invoicesOf(externalId)[0]?.tax_total);
  expect(taxed("muster-maschinenbau")).toBeGreaterThan(0);
  expect(taxed("sorensen-shipping")).toBe(0);
  expect(taxed("riverbend-schools")).toBe(0);
  const [inclusive] = invoicesOf("thistle-and-rye");
  expect(inclusive?.total).toBe(inclusive?.subtotal);
  expect(Number(inclusive?.tax_total)).toBeGreaterThan(0);
});

test("Kolkata, New York and the other zones have events on both sides of their boundaries", () => {
  const at = (customer: string, timestamp: string) =>
    events.some((event) => event.customer === customer && event.timestamp === timestamp);
  expect(at("bharat-cloud", "2026-03-31T18:29:59Z") && at("bharat-cloud", "2026-03-31T18:30:00Z")).toBe(true);
  expect(at("cedar-analytics", "2026-03-08T01:59:59-05:00")).toBe(true);
  expect(at("cedar-analytics", "2026-03-08T03:00:00-04:00")).toBe(true);
  expect(at("cedar-analytics", "2026-04-01T04:00:00Z")).toBe(true);
});

test("the catalogue has a 12-decimal price, a minimum and maximum, included units and every used aggregation", () => {
  expect(JSON.stringify(prices)).toContain('"unit_amount":"0.000000123457"');
  expect(prices.filter((price) => "minimum_amount" in price && "maximum_amount" in price)).toHaveLength(1);
  expect(prices.filter((price) => "included_units" in price)).toHaveLength(1);
  const meters = ofKind("meter");
  expect(new Set(meters.map((meter) => meter.aggregation))).toEqual(
    new Set(["count", "sum", "max", "latest"]),
  );
  for (const feature of ["filters", "value_property", "group_by"]) {
    expect(meters.filter((meter) => feature in meter)).toHaveLength(1);
  }
});

test("names are Polish, Japanese and Arabic, hold an emoji, and one tries to load a picture", () => {
  const names = active.map((customer) => String(customer.name)).join("\n");
  for (const script of [
    /Zażółć Gęślą Jaźń/,
    /\p{Script=Han}/u,
    /\p{Script=Hiragana}/u,
    /\p{Script=Arabic}/u,
    /🚀/u,
  ]) {
    expect(names).toMatch(script);
  }
  expect(names).toContain('<img src="http://127.0.0.1:9/x.png">Pixel & Co');
});

test("40 organizations pay by card, one card declines once, and one pays by bank", () => {
  const methods = ofKind("payment_method");
  expect(methods.filter((method) => method.provider_id === "pm_card_visa")).toHaveLength(40);
  expect(methods.filter((method) => method.provider_id === "pm_card_declineOnce")).toHaveLength(1);
  const sent = subscriptions.filter((subscription) => subscription.collection === "send_invoice");
  expect(sent).toHaveLength(1);
  expect(methods.some((method) => method.customer === sent[0]?.customer)).toBe(false);
});

test("every active organization, and no other, has expected invoices numbered from 1", () => {
  expect([...new Set(invoices.map((invoice) => invoice.organization))].sort()).toEqual(
    active.map((customer) => customer.external_id).sort(),
  );
  for (const { external_id } of active) {
    const sequence = invoicesOf(String(external_id)).map((invoice) => Number(invoice.sequence));
    expect(sequence).toEqual(sequence.map((_, at) => at + 1));
  }
});

test("twelve subscriptions have a fee in advance and two invoices; the weekly one has four; the rest one", () => {
  const inAdvance = active.filter((customer) =>
    pricesOf(plans.get(subscriptionOf(String(customer.external_id)).plan)).some(
      (price) => price.billing === "in_advance",
    ),
  );
  expect(inAdvance).toHaveLength(12);
  for (const { external_id } of active) {
    const count = inAdvance.some((customer) => customer.external_id === external_id) ? 2 : 1;
    expect(invoicesOf(String(external_id))).toHaveLength(external_id === "market-bites" ? 4 : count);
  }
});

test("each expected total can be charged: 0.50 USD or its like and more, under 999,999.99, KWD in steps of 0.010", () => {
  const least: Readonly<Record<string, number>> = { USD: 0.5, EUR: 0.5, GBP: 0.5, JPY: 80, KWD: 0.2 };
  for (const { currency, total } of invoices) {
    expect(Number(total)).toBeGreaterThanOrEqual(least[currency ?? ""] ?? Number.POSITIVE_INFINITY);
    expect(Number(total)).toBeLessThan(999_999.99);
    if (currency === "KWD") expect(total).toMatch(/^\d+\.\d\d0$/);
  }
});

test("one invoice has 200 lines, and an organization without usage still pays its fees", () => {
  expect(invoicesOf("granite-hosting").map((invoice) => invoice.lines)).toEqual(["200"]);
  expect(events.some((event) => event.customer === "quiet-library")).toBe(false);
  expect(invoicesOf("quiet-library").map((invoice) => invoice.total)).toEqual(["59.00"]);
});
