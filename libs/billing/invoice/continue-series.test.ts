import { setImmediate } from "node:timers/promises";
import { Temporal } from "temporal-polyfill";
import type { ImportedInvoice } from "#libs/core/invoice/imported-invoice.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { createInvoice } from "./create-invoice.ts";
import { importInvoices } from "./import-invoices.ts";

const now = Temporal.Instant.from("2026-03-15T12:00:00Z");

describe("series that go on after imported numbers", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let customerId: string;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  beforeEach(async () => {
    tenant = await makeTenant(world.test, { clockNow: now });
    customerId = (await makeCustomer(tenant, { externalId: "acme" })).id;
  });
  afterAll(() => world.close());

  const imported = (number: string): ImportedInvoice => ({
    ...{ customer: "acme", number, currency: "USD", issuedAt: "2026-02-01", total: "80.00" },
  });
  const importThem = (numbers: readonly string[], dryRun = false) =>
    tenant.inTenant((tx) => importInvoices(tx, { invoices: numbers.map(imported), dryRun }));
  const chooseTemplate = (invoiceNumberTemplate: string) =>
    tenant.inTenant((tx) => updateSettings(tx, { change: { invoiceNumberTemplate } }));
  const issue = () =>
    tenant.inTenant((tx) =>
      createInvoice(tx, {
        ...{ customer: { id: customerId }, finalize: true },
        lines: [{ description: "New", amount: "1.00" }],
      }),
    );
  const numbers = async () => {
    const rows = await world.rows<{ number: string }>(
      "select number from invoice where tenant_id = $1 and number is not null order by number",
      [tenant.tenantId],
    );
    return rows.map(({ number }) => number);
  };
  const isWaiting = async () => {
    const rows = await world.rows(
      `select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
      [],
    );
    return rows.length > 0;
  };
  /** Comes back once the work waits for an import, or is done without. */
  const heldBack = async (work: Promise<unknown>) => {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone && !(await isWaiting())) await Promise.race([done, setImmediate()]);
  };
  /** Statements of a transaction; does something else before the one that holds the text. */
  const beforeStatement = (db: TenantTx["db"], part: string, act: () => Promise<unknown>): TenantTx["db"] =>
    new Proxy(db, {
      get: (target, name) => {
        if (name !== "$executeRaw") return Reflect.get(target, name) as unknown;
        return async (text: TemplateStringsArray, ...values: unknown[]) => {
          if (String(text).includes(part)) await act();
          return target.$executeRaw(text, ...values);
        };
      },
    });

  it("are those of a template that is chosen later, too", async () => {
    await importThem(["R-0041"]);
    await chooseTemplate("R-{SEQ:4}");
    await issue();
    expect(await numbers()).toEqual(["R-0041", "R-0042"]);
  });

  it("are those of a template that is chosen while an import runs, too", async () => {
    let saved: Promise<unknown> | undefined;
    await tenant.inTenant(async (tx) => {
      await importInvoices(tx, { invoices: [imported("A-00001")], dryRun: false });
      saved = chooseTemplate("A-{SEQ:5}");
      await heldBack(saved);
    });
    await saved;
    await issue();
    expect(await numbers()).toEqual(["A-00001", "A-00002"]);
  });

  it("are those of a template that is being saved when an import begins, too", async () => {
    let taken: Promise<unknown> | undefined;
    await tenant.inTenant(async (tx) => {
      await updateSettings(tx, { change: { invoiceNumberTemplate: "A-{SEQ:5}" } });
      taken = importThem(["A-00001"]);
      await heldBack(taken);
    });
    expect(await taken).toMatchObject({ series: [{ importedTo: 1n }] });
    await issue();
    expect(await numbers()).toEqual(["A-00001", "A-00002"]);
  });

  it("are not held up by a dry run, which locks nothing", async () => {
    await importThem(["INV-202603-00004"]);
    await tenant.inTenant(async (tx) => {
      const outcome = await importInvoices(tx, { invoices: [imported("INV-202603-00009")], dryRun: true });
      expect(outcome.series).toMatchObject([{ importedTo: 9n }]);
      await issue();
      await importThem(["OLD-1"]);
    });
    expect(await numbers()).toEqual(["INV-202603-00004", "INV-202603-00005", "OLD-1"]);
  });

  it("give numbers while an import is writing, which is refused whole when they are of its series", async () => {
    await importThem(["INV-202603-00004"]);
    const writing = tenant.inTenant((tx) =>
      importInvoices(
        { ...tx, db: beforeStatement(tx.db, "insert into audit_log", issue) },
        { invoices: [imported("INV-202603-00009")], dryRun: false },
      ),
    );
    await expect(writing).rejects.toMatchObject({ code: "version_conflict" });
    expect(await numbers()).toEqual(["INV-202603-00004", "INV-202603-00005"]);
  });

  it("are not moved by a number far above the others, unless that is asked for", async () => {
    await chooseTemplate("INV-{SEQ:1}");
    await importThem(["INV-41"]);
    await expect(importThem(["INV-43", "INV-99999999", "INV-42", "INV-100042"])).rejects.toMatchObject({
      details: {
        errors: [
          {
            path: "invoices.1.number",
            code: "number_gap",
            message: expect.stringContaining(
              "has the count 99999999, and the next lower one of its series is 100042",
            ),
          },
        ],
      },
    });
    expect((await importThem(["INV-100041"])).series).toMatchObject([{ importedTo: 100_041n }]);
    const invoices = [imported("INV-99999999")];
    await tenant.inTenant((tx) => importInvoices(tx, { invoices, dryRun: false, allowNumberGap: true }));
    await issue();
    expect(await numbers()).toContain("INV-100000000");
  });
});
