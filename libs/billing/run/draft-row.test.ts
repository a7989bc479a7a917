import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { ChargeModel } from "#libs/core/price/price.ts";
import { claimDrafts } from "#libs/data/billing-periods.ts";
import { draftRow } from "#libs/data/draft-row.ts";
import { lockDraftInvoices } from "#libs/data/invoice-finalization.ts";
import { insertDraftParts } from "#libs/data/invoices.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { billStandings } from "./generate-invoices.ts";
import { loadStandings } from "./load-standings.ts";

describe("draftRow", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const thirds: ChargeModel = {
    model: "graduated",
    tiers: [
      { upTo: "3", unitAmount: "0.333333333333" },
      { upTo: null, unitAmount: "0.1" },
    ],
  };

  async function start(limit: Partial<Plan> = {}): Promise<MeteredTenant> {
    const tenant = await world.start("2026-02-20T00:00:00Z", {
      meter: { groupBy: ["region"] },
      plan: {
        ...limit,
        prices: [
          flatPrice({ billing: "in_advance", chargeModel: { model: "flat", amount: "31.00" } }),
          usagePrice("calls", { chargeModel: thirds }),
        ],
      },
      timezone: "Europe/Berlin",
      endsAt: "2026-02-14T13:17:11.123Z",
    });
    await tenant.inTenant(async (tx) => {
      const address = { line1: "Weg 1", city: "Köln", country: "DE" };
      const vat = await createTaxRate(tx, {
        code: "vat",
        name: 'VAT "\\n"',
        percentage: "7.125",
        inclusive: false,
      });
      const levy = await createTaxRate(tx, { code: "levy", name: "Levy", percentage: "2", inclusive: true });
      await updateCustomer(tx, {
        customer: { id: tenant.customerId },
        ...{
          taxRates: [{ id: vat.id }, { id: levy.id }],
          address,
          taxIds: ["DE123"],
          locale: "de",
          invoiceNumberPrefix: "K",
        },
      });
      await createCoupon(tx, { code: "half", name: "Half", percentOff: "12.5", duration: "forever" });
      await giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "half" } });
    });
    await tenant.send("1.123456789012", "2026-01-03T01:00:00Z", "a", { region: "eu" });
    await tenant.send("5", "2026-01-03T02:00:00Z", "b", { region: 'us "west"' });
    await tenant.send("0.000000000007", "2026-02-03T02:00:00Z", "c", { region: "eu" });
    return tenant;
  }

  it.each([
    ["usage in groups, a part of a period, taxes and a coupon", {}, "usage"],
    ["a line that raises it to a commitment", { minimumCommitment: "500" }, "minimum_commitment"],
    ["a line that lowers it to a maximum", { maximumAmount: "2" }, "adjustment"],
  ])("is a draft exactly as the database reads it back, with %s", async (_what, limit, kind) => {
    const tenant = await start(limit);
    const [written, read] = await tenant.inTenant(async (tx) => {
      const { standings } = await loadStandings(tx, [tenant.subscriptionId]);
      const terms = { cutoffs: new Map([["Europe/Berlin", tx.now]]), dryRun: true };
      const { drafted } = await billStandings(tx, standings, terms);
      await claimDrafts(
        tx,
        drafted.map(({ claims, invoice }) => ({ claims, invoice, needsClaim: true })),
      );
      const made = drafted.flatMap(({ draft, invoice }) =>
        invoice === null ? [] : [{ invoice, standing: draft.standing }],
      );
      await insertDraftParts(
        tx,
        made.map(({ invoice }) => invoice),
      );
      const rows = made.map(({ invoice, standing }) => draftRow(invoice, standing));
      return [
        rows,
        await lockDraftInvoices(
          tx,
          rows.map(({ id }) => id),
        ),
      ];
    });
    expect(written).toEqual(read);
    const kinds = written.flatMap(({ lines }) => lines.map((line) => line.group_key));
    expect(new Set(kinds).size).toBe(3);
    expect(written.flatMap(({ lines }) => lines.map((line) => line.kind))).toContain(kind);
    expect(written.map(({ taxes, discounts }) => [taxes.length, discounts.length])).toContainEqual([2, 1]);
    expect(
      written.some(({ lines }) => lines.some((line) => line.ratio_numerator !== line.ratio_denominator)),
    ).toBe(true);
  });
});
