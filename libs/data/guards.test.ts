import { Temporal } from "temporal-polyfill";
import { makeCustomer, makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { newId } from "./new-id.ts";

let test: TestDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  test = await openTestDatabase();
  tenant = await makeTenant(test);
});
afterAll(() => test.close());

function asOwner<T extends object = Record<string, unknown>>(sql: string, values: readonly unknown[] = []) {
  return test.owner.query<T>(sql, [...values]);
}

function asApp(sql: string, ...values: readonly unknown[]): Promise<number> {
  const statement = new Prisma.Sql(sql.split(/\$\d+/), values);
  return tenant.inTenant((tx) => tx.db.$executeRaw(statement));
}

describe("functions with their owner's rights", () => {
  it("look for tables in our schema before a caller's temporary ones", async () => {
    const { rows } = await asOwner<{ name: string; config: string[] | null }>(
      "select proname as name, proconfig as config from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { name, config } of rows) {
      expect([name, config]).toEqual([name, ["search_path=pg_catalog, public, pg_temp"]]);
    }
  });
});

describe("the application's role", () => {
  it.each([
    ...[
      "ledger_posting",
      "ledger_transaction",
      "audit_log",
      "audit_chain",
      "invoice_document",
      "domain_event",
    ],
    ...["tenant_settings", "template", "plan_version", "price", "payment", "credit_use"],
  ])("may neither change nor remove a row of %s", async (table) => {
    const denied = `permission denied for table ${table}`;
    await expect(asApp(`update ${table} set tenant_id = tenant_id`)).rejects.toThrow(denied);
    await expect(asApp(`delete from ${table}`)).rejects.toThrow(denied);
  });

  it("may resolve a usage event but not change what was sent", async () => {
    const denied = "permission denied for table usage_event";
    await asOwner(
      `insert into usage_event (tenant_id, id, event_type, customer_ref, timestamp, value, content_hash, unresolved)
       values ($1, 'e1', 'calls', 'org_1', now(), 5, '\\x00', 'customer')`,
      [tenant.tenantId],
    );
    expect(await asApp("update usage_event set unresolved = null")).toBe(1);
    await expect(asApp("update usage_event set value = 6")).rejects.toThrow(denied);
    await expect(asApp("delete from usage_event")).rejects.toThrow(denied);
  });

  it("may not say how much of an invoice was paid", async () => {
    const denied = "permission denied for table invoice";
    await insertIssuedInvoice(test, tenant);
    expect(await asApp("update invoice set sent_at = now()")).toBeGreaterThan(0);
    await expect(asApp("update invoice set amount_paid_minor = 1")).rejects.toThrow(denied);
    await expect(asApp("update invoice set payment_status = 'succeeded'")).rejects.toThrow(denied);
    await expect(asApp("update invoice set paid_at = now()")).rejects.toThrow(denied);
  });
});

describe("what usage events name", () => {
  const named = { code: "23503", constraint: "usage_event_customer" };
  const store = (id: string) =>
    `insert into usage_event (tenant_id, id, event_type, customer_ref, customer_id, timestamp, content_hash)
     values ('${tenant.tenantId}', '${newId()}', 'calls', 'org_1', '${id}', now(), '\\x00')`;
  const remove = (id: string) => `delete from customer where id = '${id}'`;

  /** The second statement waits for the transaction of the first, and then for nothing. */
  async function together(first: string, second: string): Promise<unknown> {
    const [one, other] = [await test.owner.connect(), await test.owner.connect()];
    try {
      await one.query(`begin; ${first}`);
      const { rows } = await other.query<{ pid: number }>("select pg_backend_pid() as pid");
      let isDone = false;
      const outcome = other
        .query(second)
        .catch((error: unknown) => error)
        .finally(() => {
          isDone = true;
        });
      for (let waits = false; !waits; ) {
        if (isDone) throw new Error("the second statement waited for nothing");
        const found = await one.query<{ waits: boolean }>(
          "select exists (select from pg_locks where pid = $1 and not granted) as waits",
          [rows[0]?.pid],
        );
        waits = found.rows[0]?.waits === true;
      }
      await one.query("commit");
      return await outcome;
    } finally {
      one.release(true);
      other.release(true);
    }
  }

  it("stays while an event that names it is being stored, and after", async () => {
    const { id: customerId } = await makeCustomer(tenant);
    expect(await together(store(customerId), remove(customerId))).toMatchObject(named);
    await expect(asOwner(remove(customerId))).rejects.toMatchObject(named);
  });

  it("cannot be named any more once its removal is under way", async () => {
    const { id: customerId } = await makeCustomer(tenant);
    expect(await together(remove(customerId), store(customerId))).toMatchObject(named);
  });

  it("is neither named nor removed by a transaction that looks at the past", async () => {
    const { id: customerId } = await makeCustomer(tenant);
    for (const statement of [store(customerId), remove(customerId)]) {
      const client = await test.owner.connect();
      try {
        await client.query("begin isolation level repeatable read");
        await expect(client.query(statement)).rejects.toMatchObject({ constraint: "usage_event_isolation" });
      } finally {
        await client.query("rollback");
        client.release();
      }
    }
  });

  it("is looked for in our tables, not in a caller's temporary ones", async () => {
    const missing = newId();
    const fooled = tenant.inTenant(async (tx) => {
      await tx.db.$executeRaw`create temporary table customer as select * from public.customer`;
      await tx.db
        .$executeRaw`insert into pg_temp.customer (tenant_id, id) values (${tenant.tenantId}::uuid, ${missing}::uuid)`;
      await tx.db.$executeRaw(Prisma.raw(store(missing)));
    });
    await expect(fooled).rejects.toThrow(missing);
  });
});

describe("an invoice", () => {
  it.each([
    ["invoice_status", "'finalized'"],
    ["number", "'INV-1'"],
    ["issued_at", "now()"],
  ])("is born as a draft: an insert with %s is refused", async (column, value) => {
    const { invoiceId } = await insertIssuedInvoice(test, tenant);
    const columns =
      "tenant_id, customer_id, invoice_type, currency, billing_reason, subtotal_minor, discount_total_minor, tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version";
    const insert = (more: string, given: string) =>
      asApp(
        `insert into invoice (id, ${columns}${more}) select '${newId()}', ${columns}${given} from invoice where id = '${invoiceId}'`,
      );
    await expect(insert(`, ${column}`, `, ${value}`)).rejects.toThrow("must begin as a draft");
    expect(await insert("", "")).toBe(1);
  });
});

describe("append-only tables", () => {
  it.each([
    "invoice_document",
    "ledger_transaction",
    "ledger_posting",
    "plan_version",
    "price",
    "tenant_settings",
    "template",
    "audit_log",
  ])("keep the rows of %s even from the owner", async (table) => {
    const invoice = await insertIssuedInvoice(test, tenant);
    const transactionId = newId();
    await asOwner(
      `insert into ledger_transaction (tenant_id, id, kind, ref, invoice_id, occurred_at)
         values ($1, $2, 'test', $3, $4, now())`,
      [tenant.tenantId, transactionId, transactionId, invoice.invoiceId],
    );
    await asOwner(
      `insert into ledger_posting (tenant_id, id, ledger_transaction_id, position, debit_account, credit_account, amount_minor, currency)
         values ($1, $2, $3, 0, 'receivable', 'revenue', 1234, 'USD')`,
      [tenant.tenantId, newId(), transactionId],
    );
    await asOwner(
      `insert into tenant_settings (tenant_id, version, settings, actor)
       select $1, coalesce(max(version), 0) + 1, '{}', 'test' from tenant_settings where tenant_id = $1`,
      [tenant.tenantId],
    );
    await asOwner(
      `insert into template (tenant_id, kind, template_version, body)
       select $1, 'invoice_pdf', coalesce(max(template_version), 0) + 1, '{}' from template where tenant_id = $1`,
      [tenant.tenantId],
    );
    await asOwner(
      `insert into audit_log (tenant_id, id, actor, action, target_type, target_id)
       values ($1, $2, 'test', 'test', 'invoice', 'x')`,
      [tenant.tenantId, newId()],
    );
    const frozen = { code: "23001", constraint: "append_only" };
    await expect(asOwner(`update ${table} set tenant_id = tenant_id`)).rejects.toMatchObject(frozen);
    await expect(asOwner(`delete from ${table}`)).rejects.toMatchObject(frozen);
  });
});

describe("an issued invoice", () => {
  const frozen = { code: "23001", constraint: "invoice_frozen" };
  let invoice: IssuedInvoice;
  beforeAll(async () => {
    invoice = await insertIssuedInvoice(test, tenant);
  });

  function addLine(invoiceId: string) {
    return asOwner(
      `insert into invoice_line (tenant_id, id, invoice_id, position, source_key, kind, description, quantity, exact_amount, amount_minor,
         period_start, period_end, ratio_numerator, ratio_denominator, rounding_mode, inputs, input_hash)
       values ($1, $2, $3, 1, $4, 'adjustment', 'Extra', 1, 1, 100, now(), now(), 1, 1, 'half_up', '{}', 'x')`,
      [tenant.tenantId, newId(), invoiceId, newId()],
    );
  }

  it.each(["total_minor = 1", "number = 'X-1'", "due_at = due_at + interval '1 day'", "currency = 'EUR'"])(
    "refuses %s",
    async (change) => {
      await expect(
        asOwner(`update invoice set ${change} where id = $1`, [invoice.invoiceId]),
      ).rejects.toMatchObject(frozen);
    },
  );

  it("cannot be deleted or made a draft again", async () => {
    await expect(asOwner("delete from invoice where id = $1", [invoice.invoiceId])).rejects.toMatchObject(
      frozen,
    );
    await expect(
      asOwner("update invoice set invoice_status = 'draft' where id = $1", [invoice.invoiceId]),
    ).rejects.toMatchObject({ constraint: "invoice_transition" });
  });

  it("takes no further line, while a draft does", async () => {
    await expect(addLine(invoice.invoiceId)).rejects.toMatchObject(frozen);
    const draftId = newId();
    await asOwner(
      `insert into invoice (tenant_id, id, customer_id, invoice_type, currency, billing_reason, subtotal_minor, discount_total_minor,
         tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version)
       values ($1, $2, $3, 'one_off', 'USD', 'manual', 0, 0, 0, 0, 0, 0, 1)`,
      [tenant.tenantId, draftId, invoice.customerId],
    );
    expect((await addLine(draftId)).rowCount).toBe(1);
    // Nor may the draft's line move over.
    await expect(
      asOwner("update invoice_line set invoice_id = $1 where invoice_id = $2", [invoice.invoiceId, draftId]),
    ).rejects.toMatchObject(frozen);
  });
});

describe("billing periods of an item", () => {
  let itemId: string;
  beforeAll(async () => {
    const subscription = await makeSubscription(tenant);
    const { rows } = await asOwner<{ id: string }>(
      "select id from subscription_item where subscription_id = $1",
      [subscription.id],
    );
    itemId = rows[0]?.id ?? "";
    await claim(0, "2026-01-01", "2026-02-01", null);
    await claim(1, "2026-02-01", "2026-03-01", "2026-02-01");
  });

  function claim(index: number, start: string, end: string, previousEnd: string | null) {
    return asOwner(
      `insert into billing_period (tenant_id, id, subscription_item_id, schedule_no, index, start_at, end_at, prev_end_at, state)
       values ($1, $2, $3, 0, $4, $5, $6, $7, 'claimed')`,
      [tenant.tenantId, newId(), itemId, index, start, end, previousEnd],
    );
  }

  it.each([
    ["overlaps the one before", "2026-02-15", "2026-04-01", "2026-03-01", "billing_period_chained"],
    ["leaves a gap", "2026-03-15", "2026-04-01", "2026-03-01", "billing_period_chained"],
    ["follows no stored period", "2026-03-15", "2026-04-01", "2026-03-15", "billing_period_follows"],
    ["is a second first one", "2026-03-01", "2026-04-01", null, "billing_period_first"],
    [
      ...(["starts where another does", "2026-02-01", "2026-02-15", "2026-02-01"] as const),
      "billing_period_tenant_id_subscription_item_id_start_at_key",
    ],
  ] as const)("refuse one that %s", async (_what, start, end, previousEnd, constraint) => {
    await expect(claim(9, start, end, previousEnd)).rejects.toMatchObject({ constraint });
  });

  it("take the one that follows, once", async () => {
    expect((await claim(2, "2026-03-01", "2026-04-01", "2026-03-01")).rowCount).toBe(1);
    await expect(claim(2, "2026-03-01", "2026-04-01", "2026-03-01")).rejects.toMatchObject({ code: "23505" });
  });
});

describe("what only goes forward", () => {
  it("is the counter of a number series and the time of its last number", async () => {
    await asOwner("insert into document_counter values ($1, 'back', 7, '2026-01-01')", [tenant.tenantId]);
    const set = (change: string) => asOwner(`update document_counter set ${change} where series = 'back'`);
    const refused = { constraint: "document_counter_forward" };
    await expect(set("last_number = 6")).rejects.toMatchObject(refused);
    await expect(set("last_number = 8, last_issued_at = '2025-12-31'")).rejects.toMatchObject(refused);
    expect((await set("last_number = 8, last_issued_at = '2026-01-02'")).rowCount).toBe(1);
  });

  it("is the clock of a test tenant", async () => {
    const { tenantId } = await makeTenant(test, { clockNow: Temporal.Instant.from("2026-01-02T00:00:00Z") });
    const set = (now: string | null) =>
      asOwner("update tenant set clock_now = $2 where id = $1", [tenantId, now]);
    await expect(set("2026-01-01T00:00:00Z")).rejects.toMatchObject({ constraint: "tenant_clock_forward" });
    await expect(set(null)).rejects.toMatchObject({ constraint: "tenant_clock_forward" });
    expect((await set("2026-01-03T00:00:00Z")).rowCount).toBe(1);
  });
});

describe("payments of an invoice", () => {
  let invoice: IssuedInvoice;
  beforeEach(async () => {
    invoice = await insertIssuedInvoice(test, tenant);
  });

  function pay(amountMinor: number): Promise<number> {
    return asApp(
      `insert into payment (tenant_id, id, invoice_id, customer_id, provider, method, amount_minor, currency, received_at)
       values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, 'manual', 'bank_transfer', ${amountMinor}, 'USD', now())`,
      ...[tenant.tenantId, newId(), invoice.invoiceId, invoice.customerId],
    );
  }

  function attempt(state: string): Promise<number> {
    return asApp(
      `insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state)
       values ($1::uuid, $2::uuid, $3::uuid, 'stripe', 'card', 1234, 'USD', $4)`,
      ...[tenant.tenantId, newId(), invoice.invoiceId, state],
    );
  }

  async function standing() {
    const { rows } = await asOwner(
      "select amount_paid_minor::int as paid, payment_status as status, paid_at is not null as dated from invoice where id = $1",
      [invoice.invoiceId],
    );
    return rows[0];
  }

  it("set what was paid and its status by themselves, and never more than is due", async () => {
    await pay(1000);
    expect(await standing()).toEqual({ paid: 1000, status: "pending", dated: false });
    await pay(234);
    expect(await standing()).toEqual({ paid: 1234, status: "succeeded", dated: true });
    await expect(pay(1)).rejects.toThrow("invoice_not_overpaid");
    expect(await standing()).toEqual({ paid: 1234, status: "succeeded", dated: true });
  });

  it("follow the last attempt while nothing was paid, and allow one open attempt", async () => {
    await attempt("failed");
    expect(await standing()).toEqual({ paid: 0, status: "failed", dated: false });
    await attempt("open");
    expect(await standing()).toEqual({ paid: 0, status: "pending", dated: false });
    await expect(attempt("processing")).rejects.toThrow("payment_attempt_one_open");
    await expect(attempt("open")).rejects.toThrow("payment_attempt_one_open");
  });
});
