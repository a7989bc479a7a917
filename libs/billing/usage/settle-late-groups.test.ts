import { usagePrice } from "#libs/testkit/factories.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { settleLateUsage } from "./settle-late.ts";

describe("late usage of groups under a minimum", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  /** January, over already: 1.00 a call by region, 5.00 at least. */
  const start = async (calls: readonly (readonly [region: string, value: string])[]) => {
    const tenant = await world.start("2026-02-01T00:00:00Z", {
      endsAt: "2026-02-01T00:00:00Z",
      meter: { groupBy: ["region"] },
      plan: {
        prices: [
          usagePrice("calls", {
            chargeModel: { model: "per_unit", unitAmount: "1.00" },
            minimumAmount: "5.00",
          }),
        ],
      },
    });
    for (const [region, value] of calls) await send(tenant, region, value);
    await tenant.bill();
    return tenant;
  };
  const send = (tenant: MeteredTenant, region: string, value: string) =>
    tenant.send(value, "2026-01-10T00:00:00Z", region, { region });
  const takeAway = async (tenant: MeteredTenant, region: string) => {
    const values = [tenant.tenantId, region];
    await world.test.owner.query("delete from usage_event where tenant_id = $1 and id = $2", values);
    await world.test.owner.query(
      "delete from usage_hour where tenant_id = $1 and group_key = 'region=' || $2",
      values,
    );
  };
  const settle = (tenant: MeteredTenant) => tenant.inTenant((tx) => settleLateUsage(tx));
  const lines = async (tenant: MeteredTenant) => {
    const rows = await world.rows<{ text: string }>(
      `select concat_ws(' ', l.kind, l.group_key, l.amount_minor) as text from invoice_line l join invoice i on i.id = l.invoice_id
       where l.tenant_id = $1 order by i.billing_sequence, l.position`,
      [tenant.tenantId],
    );
    return rows.map(({ text }) => text);
  };
  const totals = async (tenant: MeteredTenant) => {
    const rows = await world.rows<{ total: string }>(
      "select total_minor as total from invoice where tenant_id = $1 order by billing_sequence",
      [tenant.tenantId],
    );
    return rows.map(({ total }) => total);
  };

  it("does not bill the minimum again when the first group comes late, and bills what is above it later", async () => {
    const tenant = await start([]);
    await send(tenant, "eu", "3");
    await settle(tenant);
    await send(tenant, "us", "4");
    await settle(tenant);
    expect(await lines(tenant)).toEqual([
      "usage  500",
      "late_usage region=eu 500",
      "late_usage  -500",
      "late_usage region=eu -200",
      "late_usage region=us 400",
    ]);
    expect(await totals(tenant)).toEqual(["500", "0", "200"]);
    expect(await settle(tenant)).toEqual({ counted: 1, late: 0, invoices: [] });
  });

  it("gives back a group that is gone, and raises the minimum on what is left, then on nothing", async () => {
    const tenant = await start([
      ["eu", "3"],
      ["us", "4"],
    ]);
    await takeAway(tenant, "us");
    await settle(tenant);
    await takeAway(tenant, "eu");
    await settle(tenant);
    expect(await lines(tenant)).toEqual([
      "usage region=eu 300",
      "usage region=us 400",
      "late_usage region=eu 200",
      "late_usage region=us -400",
      "late_usage  500",
      "late_usage region=eu -500",
    ]);
    expect(await totals(tenant)).toEqual(["700", "-200", "0"]);
    expect(await settle(tenant)).toEqual({ counted: 1, late: 0, invoices: [] });
  });
});
