import { inputHash } from "#libs/core/rating/input-hash.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import {
  type MeteredOptions,
  type MeteredTenant,
  type MeteredWorld,
  openMeteredWorld,
} from "#libs/testkit/metered-world.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";
import { settleLateUsage } from "../usage/settle-late.ts";
import { replayInvoice } from "./replay-invoice.ts";

type Inputs = Record<string, unknown>;

describe("replayInvoice", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const replay = (tenant: Pick<MeteredTenant, "inTenant">, invoiceId: string) =>
    tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }));
  const invoiceOf = async (tenant: MeteredTenant, kind: string): Promise<string> => {
    const [line] = await world.rows<{ id: string }>(
      "select invoice_id as id from invoice_line where tenant_id = $1 and kind = $2 order by invoice_id limit 1",
      [tenant.tenantId, kind],
    );
    if (line === undefined) throw new Error(`no line is ${kind}`);
    return line.id;
  };
  /** Changes the stored inputs of one line, seals them again, and takes the change back when the replay is done. */
  const stepsAfter = async (
    {
      tenant,
      invoiceId,
      kind,
      group = "",
    }: { tenant: Pick<MeteredTenant, "inTenant">; invoiceId: string; kind: string; group?: string },
    change: (inputs: Inputs) => unknown,
  ) => {
    const of = "where invoice_id = $1 and kind = $2 and group_key = $3";
    const place = [invoiceId, kind, group];
    const [line] = await world.rows<{ inputs: Inputs; input_hash: string }>(
      `select inputs, input_hash from invoice_line ${of}`,
      place,
    );
    if (line === undefined) throw new Error(`no line is ${kind}`);
    const write = async (inputs: Inputs, hash: string) => {
      await world.test.owner.query("alter table invoice_line disable trigger user");
      const sql = `update invoice_line set inputs = $4, input_hash = $5 ${of}`;
      await world.test.owner.query(sql, [...place, JSON.stringify(inputs), hash]);
      await world.test.owner.query("alter table invoice_line enable trigger user");
    };
    const changed = structuredClone(line.inputs);
    change(changed);
    await write(changed, inputHash(changed));
    const { identical, differences } = await replay(tenant, invoiceId);
    await write(line.inputs, line.input_hash);
    expect(await replay(tenant, invoiceId)).toMatchObject({ identical: true });
    expect(identical).toBe(differences.length === 0);
    return differences.map((each) => each.step);
  };
  /** Sets one member of nested inputs. */
  const put = (path: string, value: unknown) => (inputs: Inputs) => {
    const names = path.split(".");
    const last = names.pop() ?? "";
    const holder = names.reduce((at, name) => at[name] as Inputs, inputs);
    expect(holder[last]).toBeDefined();
    holder[last] = value;
  };

  describe("of late usage", () => {
    const late = async (
      options: MeteredOptions,
      calls: readonly [value: string, at: string, region: string][],
    ) => {
      const tenant = await world.start("2026-02-01T00:00:00Z", {
        endsAt: "2026-02-01T00:00:00Z",
        ...options,
      });
      await tenant.bill();
      for (const [value, at, region] of calls) {
        await tenant.send(value, `2026-01-${at}T00:00:00Z`, `${region} ${at}`, { region });
      }
      await tenant.inTenant((tx) => settleLateUsage(tx));
      return { tenant, invoiceId: await invoiceOf(tenant, "late_usage"), kind: "late_usage" };
    };

    it("rates the whole period again from the stored usage, and names what was changed of it", async () => {
      const place = await late({}, [["12", "10", "eu"]]);
      expect(await replay(place.tenant, place.invoiceId)).toEqual({
        identical: true,
        differences: [],
        lines: { events: 0, inputs: 1, sealed: 0 },
      });
      const changing = (change: (inputs: Inputs) => unknown) => stepsAfter(place, change);
      expect(await changing(put("price.chargeModel.tiers.0.unitAmount", "0.40"))).toEqual([
        ...["charge_model", "already_billed", "exact_amount", "rounding", "document"],
      ]);
      expect(await changing(put("late.billedAmount", "1.00"))).toEqual([
        ...["already_billed", "exact_amount", "rounding", "document"],
      ]);
      expect(await changing(put("late.billedEvents", "1"))).toEqual(["usage", "document"]);
      expect((await changing(put("late.usage.0.1", "13")))[0]).toBe("usage");
      expect(await changing(put("late.billedAmount", "6.50"))).toEqual(["already_billed", "document"]);
      expect(await changing(put("late.billedAmount", "a lot"))).toEqual(["inputs", "document"]);
    });

    it("does so for each group under a minimum, and stays identical when more usage comes", async () => {
      const minimum = usagePrice("calls", { minimumAmount: "5.00" });
      const place = await late({ meter: { groupBy: ["region"] }, plan: { prices: [minimum] } }, [
        ["20", "10", "eu"],
        ["40", "11", "us"],
      ]);
      expect(await replay(place.tenant, place.invoiceId)).toMatchObject({
        identical: true,
        lines: { inputs: 3 },
      });
      await place.tenant.send("400", "2026-01-12T00:00:00Z", "more", { region: "eu" });
      await place.tenant.inTenant((tx) => settleLateUsage(tx));
      const ofGroup = { ...place, group: "region=eu" };
      expect((await stepsAfter(ofGroup, put("late.usage.1.1", "80")))[0]).toBe("inputs");
      expect(await stepsAfter({ ...place, group: "" }, put("late.billedAmount", "4.00"))).toEqual([
        ...["inputs", "input_hash", "already_billed", "exact_amount", "rounding", "document"],
      ]);
    });

    it("reads single events where a price is rated by the day", async () => {
      const daily = usagePrice("calls", {
        ...{
          ratePer: { window: "day", groupBy: [] },
          chargeModel: { model: "package", size: "10", amount: "1.00" },
        },
      });
      const place = await late({ plan: { prices: [daily] } }, [
        ["12", "10", "eu"],
        ["3", "11", "eu"],
      ]);
      expect(await replay(place.tenant, place.invoiceId)).toMatchObject({
        identical: true,
        lines: { events: 1, sealed: 0 },
      });
      expect((await stepsAfter(place, put("price.chargeModel.amount", "2.00")))[0]).toBe("rate_per");
      const { rowCount } = await world.test.owner.query(
        "update usage_event set value = 11 where tenant_id = $1 and id = 'eu 11'",
        [place.tenant.tenantId],
      );
      expect(rowCount).toBe(1);
      const { differences } = await replay(place.tenant, place.invoiceId);
      expect(differences[0]?.step).toBe("usage");
    });
  });

  describe("of what a change gives back", () => {
    it("gives it back again from what was billed and credited before, and names what was changed of it", async () => {
      const tenant = await startChangeTenant(world.test, "2026-03-01T00:00:00Z", {
        small: { prices: [flatPrice({ billing: "in_advance", proration: "day" })] },
        big: { prices: [flatPrice({ billing: "in_advance", proration: "day" })] },
      });
      await tenant.tax("19");
      const id = await tenant.subscribe();
      await tenant.bill(id);
      await tenant.moveClock("2026-03-16T00:00:00Z");
      await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
      const [line] = await world.rows<{ invoice_id: string }>(
        "select invoice_id from invoice_line where tenant_id = $1 and kind = 'proration_credit'",
        [tenant.tenantId],
      );
      const place = { tenant, invoiceId: line?.invoice_id ?? "", kind: "proration_credit" };
      // 16/31 of 10.00.
      expect(await replay(tenant, place.invoiceId)).toEqual({
        ...{ identical: true, differences: [], lines: { events: 0, inputs: 2, sealed: 0 } },
      });
      const changing = (path: string, value: unknown) => stepsAfter(place, put(path, value));
      const amount = ["exact_amount", "rounding", "document"];
      expect(await changing("billed.exactAmount", "20.00")).toEqual([
        ...["inputs", "input_hash", "proration", ...amount],
      ]);
      expect(await changing("creditedBefore.amountMinor", "700")).toEqual([
        "inputs",
        "input_hash",
        ...amount,
      ]);
      expect((await changing("period.start", "2026-02-27T00:00:00Z"))[0]).toBe("ratio");
      expect((await changing("price.proration", "none"))[0]).toBe("ratio");
      expect((await changing("billed.quantity", "2"))[0]).toBe("usage");
    });
  });

  describe("of the limits of a plan", () => {
    const limited = async (plan: MeteredOptions["plan"], kind: string) => {
      const prices = [flatPrice({ billing: "in_arrears" }), usagePrice("calls")];
      const tenant = await world.start("2026-02-01T00:00:00Z", {
        ...{ endsAt: "2026-01-16T12:00:00Z", plan: { prices, ...plan } },
      });
      await tenant.send("200", "2026-01-10T00:00:00Z");
      await tenant.bill();
      return { tenant, invoiceId: await invoiceOf(tenant, kind), kind };
    };

    it("settles the minimum commitment again, and names what was changed of it", async () => {
      const place = await limited({ minimumCommitment: "100.00" }, "minimum_commitment");
      // Half of 10.00, 200 calls of 0.05: 15.00 towards 50.00.
      expect(await replay(place.tenant, place.invoiceId)).toEqual({
        identical: true,
        differences: [],
        lines: { events: 1, inputs: 2, sealed: 0 },
      });
      const wrong = ["minimum_amount", "exact_amount", "rounding", "document"];
      expect(await stepsAfter(place, put("parts.0.limit", "90.00"))).toEqual(wrong);
      expect(await stepsAfter(place, put("parts.0.counted", "14.99"))).toEqual(wrong);
      expect(await stepsAfter(place, put("parts.0.ratio.numerator", "2000000"))).toEqual(["ratio", ...wrong]);
      expect(await stepsAfter(place, put("period.end", "2026-01-17T00:00:00Z"))).toEqual([
        ...["inputs", "input_hash", "document"],
      ]);
      expect(await stepsAfter(place, put("parts.0.counted", "50.00"))).toEqual([
        "minimum_amount",
        "document",
      ]);
    });

    it("settles the maximum again", async () => {
      const place = await limited({ maximumAmount: "12.00" }, "adjustment");
      expect(await replay(place.tenant, place.invoiceId)).toMatchObject({
        identical: true,
        lines: { sealed: 0 },
      });
      expect(await stepsAfter(place, put("parts.0.limit", "13.00"))).toEqual([
        ...["maximum_amount", "exact_amount", "rounding", "document"],
      ]);
    });
  });
});
