import { Temporal } from "temporal-polyfill";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { type KeptTables, keepTables } from "#libs/testkit/kept-tables.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { createInvoice } from "../invoice/create-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { readNumbering } from "./read-numbering.ts";

describe("the numbering report", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  let kept: KeptTables;

  /** Five invoices of March, the second void, and a credit note of the first. */
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test, { clockNow: Temporal.Instant.from("2026-03-09T12:00:00Z") });
    const { id: customerId } = await makeCustomer(tenant);
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) {
      const id = await tenant.inTenant((tx) =>
        createInvoice(tx, {
          customer: { id: customerId },
          lines: [{ description: "Setup", amount: "10.00" }],
          finalize: true,
        }),
      );
      ids.push(id);
    }
    await tenant.inTenant(async (tx) => {
      await voidInvoice(tx, { invoiceId: ids[1] ?? "", reason: "test" });
      await createCreditNote(tx, {
        ...{ invoiceId: ids[0] ?? "", asked: { amount: "1.00" }, reason: "test", settlement: "offset" },
      });
    });
    kept = await keepTables(test.owner);
  });
  afterEach(() => kept.restore());
  afterAll(() => test.close());

  const report = async () => {
    const series = await tenant.inTenant(readNumbering);
    return series.map(({ series: { document }, row, missing, lastNumber }) => ({
      ...{ document, lastNumber, missing, given: row.last_number, held: row.held, voided: row.voided },
      ...{ missingCount: row.missing_count, outOfOrder: row.out_of_order },
    }));
  };
  const whole = { missing: [], missingCount: 0n, outOfOrder: [] };
  const number = (count: number) => `INV-202603-0000${count}`;

  it("names nothing where every number is held, by void documents too", async () => {
    expect(await report()).toEqual([
      { document: "credit_note", lastNumber: "CN-202603-00001", given: 1n, held: 1n, voided: 0n, ...whole },
      { document: "invoice", lastNumber: number(5), given: 5n, held: 5n, voided: 1n, ...whole },
    ]);
  });

  it.each([
    ["in the middle", [2, 3], ["INV-202603-00002..INV-202603-00003"]],
    ["at the start", [1], ["INV-202603-00001"]],
    ["at the end", [4, 5], ["INV-202603-00004..INV-202603-00005"]],
    ["apart", [2, 4], ["INV-202603-00002", "INV-202603-00004"]],
    ["altogether", [1, 2, 3, 4, 5], ["INV-202603-00001..INV-202603-00005"]],
  ])("names what is missing %s", async (_where, gone, missing) => {
    const list = gone.map((count) => `'${number(count)}'`).join(", ");
    await kept.break([`delete from invoice where number in (${list})`], null);
    expect((await report())[1]).toMatchObject({ missing, missingCount: BigInt(gone.length) });
  });

  it("names numbers that were issued before a lower one, and those that the counter never gave", async () => {
    await kept.break(
      [
        `update invoice set issued_at = issued_at - interval '1 day' where number = '${number(3)}'`,
        `update invoice set number = 'INV-202603-X' where number = '${number(5)}'`,
      ],
      null,
    );
    expect((await report())[1]).toMatchObject({
      outOfOrder: [number(3), "INV-202603-X"],
      missing: [number(5)],
    });
  });

  it("goes with templates that could never meet: settings refuse the others, and say what they meet", async () => {
    const save = (change: Parameters<typeof updateSettings>[1]["change"]) =>
      tenant.inTenant((tx) => updateSettings(tx, { change }));
    const refusal = (path: string, message: RegExp) => ({
      details: { errors: [{ path, message: expect.stringMatching(message) }] },
    });
    await expect(save({ invoiceNumberTemplate: "INV-{YYYY}{MM}-{SEQ:4}" })).rejects.toMatchObject(
      refusal("invoice_number_template", /same number as "INV-\{YYYYMM\}-\{SEQ:5\}", which has given/),
    );
    await expect(save({ creditNoteNumberTemplate: "INV-{YYYYMM}-{SEQ:5}" })).rejects.toMatchObject(
      refusal("credit_note_number_template", /same number as invoice_number_template/),
    );
    await expect(
      save({ invoiceNumberTemplate: "A-{SEQ:3}", creditNoteNumberTemplate: "A-{SEQ:2}" }),
    ).rejects.toMatchObject(refusal("invoice_number_template", /same number as credit_note_number_template/));
    await expect(save({ invoiceNumberTemplate: "R-{SEQ:3}." })).rejects.toMatchObject(
      refusal("invoice_number_template", /"\." at an end/),
    );
    await expect(save({ invoiceNumberTemplate: "R-{YYYY}-{SEQ:4}" })).resolves.toMatchObject({ isNew: true });
    await expect(save({ paymentTermsDays: 7 })).resolves.toMatchObject({ isNew: true });
    await expect(save({ invoiceNumberTemplate: "INV-{YYYYMM}-{SEQ:5}" })).resolves.toMatchObject({
      isNew: true,
    });
  });
});
