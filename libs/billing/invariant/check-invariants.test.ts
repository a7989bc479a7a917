import { Temporal } from "temporal-polyfill";
import { breachesIn, use } from "#libs/testkit/customer-life.ts";
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
import { keepTables, type KeptTables } from "#libs/testkit/kept-tables.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { invariants } from "./invariant-catalog.ts";

const at = (text: string) => Temporal.Instant.from(text);
const anInvoice = "(select id from invoice order by number limit 1)";
const agedEvents =
  "update domain_event set id = (lpad(to_hex(((extract(epoch from now()) - 3600) * 1000)::bigint), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid";

/** What breaks each of them, past every trigger and foreign key, and what the doctor says then. */
const spoilt: readonly (readonly [code: string, says: RegExp, sql: readonly string[], dropped?: string])[] = [
  [
    "I1",
    /invoice\.finalized of .*: it has no postings/,
    [
      `delete from ledger_posting where ledger_transaction_id = (select id from ledger_transaction order by id limit 1)`,
    ],
  ],
  [
    "I2",
    /belongs to no transaction/,
    [`delete from ledger_transaction where id = (select id from ledger_transaction order by id limit 1)`],
  ],
  [
    "I2",
    /the receivable account holds/,
    [
      `update ledger_posting set amount_minor = amount_minor + 1 where debit_account = 'receivable' and id = (select id from ledger_posting where debit_account = 'receivable' order by id limit 1)`,
    ],
  ],
  [
    "I3",
    /INV-202602-00001 says subtotal/,
    [
      `update invoice_line set amount_minor = amount_minor + 1 where id = (select id from invoice_line where invoice_id = ${anInvoice} limit 1)`,
    ],
  ],
  [
    "I3",
    /total 1201, credits/,
    [`update invoice set total_minor = 1201, amount_due_minor = 1201 where id = ${anInvoice}`],
  ],
  [
    "I4",
    /INV-202602-00001 says 1199 paid/,
    [`update invoice set amount_paid_minor = 1199 where id = ${anInvoice}`],
  ],
  ["I4", /the ledger holds 0 of it/, [`delete from ledger_transaction where kind = 'payment.succeeded'`]],
  [
    "I5",
    /does not match the hash/,
    [
      `update invoice_document set document = jsonb_set(document, '{total}', '"0.01"') where invoice_id = ${anInvoice}`,
    ],
  ],
  ["I5", /its frozen document is gone/, [`delete from invoice_document where invoice_id = ${anInvoice}`]],
  ["I6", /names an invoice that is not there/, [`delete from invoice where id = ${anInvoice}`]],
  ["I6", /is not in the ledger/, [`delete from ledger_transaction where ref = ${anInvoice}::text`]],
  [
    "I7",
    /which INV-202602-00001 bills too/,
    [
      `insert into invoice (tenant_id, id, customer_id, subscription_id, invoice_type, currency, kind, schedule_no, boundary_index, billing_reason,
        subtotal_minor, discount_total_minor, tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version)
      select tenant_id, 'fffffff0-0000-7000-8000-000000000000', customer_id, subscription_id, invoice_type, currency, kind, schedule_no, boundary_index, billing_reason,
        0, 0, 0, 0, 0, 0, 1 from invoice where id = ${anInvoice}`,
    ],
    "invoice_once_per_boundary",
  ],
  [
    "I7",
    /for a period that .* charges too/,
    [
      `insert into invoice_line select (jsonb_populate_record(l, jsonb_build_object('id', 'fffffff0-0000-7000-8000-000000000000', 'source_key', 'again',
      'invoice_id', (select id from invoice order by number desc limit 1)))).* from invoice_line l where l.invoice_id = ${anInvoice} and l.kind = 'recurring'`,
    ],
  ],
  [
    "I8",
    /begins where none ends/,
    [
      `update billing_period set start_at = start_at + interval '1 day', prev_end_at = prev_end_at + interval '1 day' where prev_end_at is not null`,
    ],
  ],
  [
    "I8",
    /shares time with the one from/,
    [
      `update billing_period set start_at = start_at - interval '1 day', prev_end_at = null where id = (select id from billing_period where prev_end_at is not null limit 1)`,
    ],
    "billing_period_first",
  ],
  [
    "I8",
    /INV-202602-00001 charges ".*" for item .* from 2026-01-01T00:00:00Z .* and its claim .* is gone/,
    [`delete from billing_period where invoice_id = ${anInvoice}`],
  ],
  [
    "I8",
    /INV-202602-00001 charges ".*" for item .* names no claim of that period/,
    [`update invoice_line set billing_period_id = null where invoice_id = ${anInvoice}`],
  ],
  [
    "I9",
    /is due since 2026-03-01T20:00:00Z and not billed/,
    ["update subscription set next_due_at = '2026-03-01T20:00:00Z'"],
  ],
  ["I9", /is active and waits for no boundary/, ["update subscription set next_due_at = null"]],
  [
    "I9",
    /is billed by INV-202602-00001, which is void/,
    [`update invoice set invoice_status = 'voided' where id = ${anInvoice}`],
  ],
  [
    "I9",
    /was claimed and never billed/,
    ["update billing_period set state = 'claimed', created_at = now() - interval '2 hours'"],
  ],
  [
    "I10",
    /is billed, and the item ended at/,
    ["update subscription_item set ends_at = '2026-01-20T00:00:00Z'"],
  ],
  ["I11", /3 numbers were given, 2 are held/, ["update document_counter set last_number = last_number + 1"]],
  [
    "I12",
    /INV-202602-00002 was issued before INV-202602-00001/,
    ["update invoice set issued_at = issued_at - interval '1 day' where number = 'INV-202602-00002'"],
  ],
  [
    "I13",
    /of 1 counted events .* 1 are gone/,
    ["delete from usage_event where id = (select id from usage_event limit 1)"],
  ],
  ["I14", /2 buckets of the hour of 2026-01-01T00:00:00Z/, ["update usage_hour set sum = sum + 1"]],
  [
    "I15",
    /was billed by 2 events, 1 are counted/,
    ["update billing_period set event_count = event_count + 1 where event_count = 1"],
  ],
  ["I16", /over an hour ahead/, ["update usage_event set timestamp = now() + interval '2 hours'"]],
  [
    "I17",
    /is stored 2 times, with 2 contents/,
    [
      `insert into usage_event select (jsonb_populate_record(e, '{"content_hash": "\\\\x00"}')).* from usage_event e`,
    ],
    "usage_event_pkey",
  ],
  [
    "I17",
    /names the customer .*, which does not exist/,
    [
      "update usage_event set customer_id = gen_random_uuid() where id = (select id from usage_event order by id limit 1)",
    ],
  ],
  [
    "I17",
    /names the subscription .*, which does not exist/,
    [
      "update usage_event set subscription_id = gen_random_uuid() where id = (select id from usage_event order by id limit 1)",
    ],
  ],
  [
    "I18",
    /storage\.put_pdf of .* succeeded 2 times/,
    [
      `insert into effect select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).* from effect e where business_key = ${anInvoice}::text`,
    ],
    "effect_tenant_id_kind_business_key_key",
  ],
  [
    "I19",
    /INV-202602-00001 has no PDF/,
    [
      `delete from artifact where invoice_id = ${anInvoice}`,
      `delete from job where name = 'invoice.render_pdf'`,
    ],
  ],
  [
    "I20",
    /is in flight, and its lease ended/,
    ["update effect set state = 'inflight', lease_until = now() - interval '1 hour'"],
  ],
  [
    "I20",
    /job invoice\.render_pdf is running, and its lease ended/,
    [
      "update job set state = 'running', lease_until = now() - interval '1 hour' where name = 'invoice.render_pdf'",
    ],
  ],
  [
    "I21",
    /had 99 attempts of 20 and is failed/,
    [
      "update job set state = 'failed', attempts = 99, created_at = now() - interval '4 days' where name = 'invoice.render_pdf'",
    ],
  ],
  [
    "I22",
    /4 x invoice\.render_pdf due and not taken by a relay/,
    [
      "update job set state = 'pending', run_at = now() - interval '1 hour' where name = 'invoice.render_pdf'",
    ],
  ],
  [
    "I22",
    /invoice\.finalized caused invoice\.render_pdf.*no such job is there/,
    ["delete from job", agedEvents],
  ],
  [
    "I23",
    /payment_intent\.succeeded evt_1 of stripe waits/,
    [
      `insert into webhook_inbox (provider, event_id, tenant_id, type, payload, provider_created_at, received_at)
      select 'stripe', 'evt_1', id, 'payment_intent.succeeded', '{}', now(), now() - interval '2 hours' from tenant`,
    ],
  ],
  ["I24", /has no external id/, ["update effect set external_id = null"]],
  ["I24", /has no key or hash/, ["update artifact set object_key = null"]],
];

describe("the invariants", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let kept: KeptTables;

  beforeAll(async () => {
    world = await openWorkWorld();
    tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const meter = await makeMeter(tenant, { code: "calls" });
    const plan = await makePlan(tenant, { prices: [flatPrice(), usagePrice(meter.code)] });
    for (const name of ["Acme", "Globex"]) {
      const customer = await makeCustomer(tenant, { name, email: null });
      await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
      await use(tenant, {
        customer: customer.id,
        meter: "calls",
        at: at("2025-12-31T23:30:00Z").add({ hours: 1 }),
        value: "40",
      });
    }
    await world.travel(tenant, at("2026-03-02T00:00:00Z"));
    await world.drain();
    const [invoice] = await world.rows<{ id: string }>(`select ${anInvoice} as id`);
    await tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId: invoice?.id ?? "", paymentStatus: "succeeded", amount: "12.00" }),
    );
    await world.drain();
    await world.test.owner.query("update invoice set finalized_at = finalized_at - interval '1 hour'");
    kept = await keepTables(world.test.owner);
  });
  afterEach(() => kept.restore());
  afterAll(() => world.close());

  const broken = async (sql: readonly string[], dropped: string | null = null) => {
    await kept.break(sql, dropped);
    return breachesIn(world, { deep: true });
  };

  it("hold after two healthy months, in depth and in the rolling sample, and all of them were looked at", async () => {
    expect(await breachesIn(world, { deep: true })).toEqual([]);
    expect(await breachesIn(world)).toEqual([]);
    expect(
      await world.rows(
        "select code, breaches from invariant_check where tenant_id = $1 order by length(code), code",
        [tenant.tenantId],
      ),
    ).toEqual(Array.from({ length: 24 }, (_, n) => ({ code: `I${n + 1}`, breaches: 0 })));
    expect(invariants.map(({ code }) => code)).toEqual(Array.from({ length: 24 }, (_, n) => `I${n + 1}`));
  });

  it.each(spoilt.map(([code, says, sql, dropped = null]) => [code, says, sql, dropped] as const))(
    "%s is named when it does not hold: %s",
    async (code, says, sql, dropped) => {
      const found = await broken(sql, dropped);
      expect(found.filter((breach) => breach.startsWith(`${code}: `)).join("\n")).toMatch(says);
      expect(found.join("\n")).not.toContain("failed:");
    },
  );
});
