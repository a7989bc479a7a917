import type { Refusal } from "../guard.ts";

/** A statement that a trigger must refuse; foreign keys of its table are gone, so that none refuses it as well. */
export type TriggerProbe = {
  readonly setUp?: readonly string[];
  readonly act: string;
  readonly answer: Refusal;
};

const refused = (constraint: string) => ({ code: "23001", constraint });

/** Past every trigger; what follows meets them again. */
const past = (statement: string) => [
  "set local session_replication_role = replica",
  statement,
  "set local session_replication_role = origin",
];

/** The seeded drafts, as issued invoices. */
const issued = past(
  "update invoice set invoice_status = 'finalized', number = 'INV-1', issued_at = now(), due_at = now()",
);

/** A copy of the seeded rows under other keys. */
const copyOf = (table: string, fields: string) =>
  `insert into ${table} select (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), ${fields}))).* from ${table} r`;
const otherInvoice = "'number', null, 'idempotency_key', null, 'subscription_id', null";

const appendOnly = (table: string): Readonly<Record<string, readonly TriggerProbe[]>> => ({
  [`${table}_append_only`]: [
    { act: `update ${table} set tenant_id = tenant_id`, answer: refused("append_only") },
    { act: `delete from ${table}`, answer: refused("append_only") },
  ],
});

const partOfInvoice = (table: string, fields: string): Readonly<Record<string, readonly TriggerProbe[]>> => {
  const answer = refused("invoice_frozen");
  const move = `update ${table} p set invoice_id = i.id from invoice i where i.tenant_id = p.tenant_id and i.id <> p.invoice_id`;
  return {
    [`${table}_guard_insert`]: [{ setUp: issued, act: copyOf(table, fields), answer }],
    [`${table}_guard_update`]: [{ setUp: issued, act: `update ${table} set id = id`, answer }],
    [`${table}_guard_delete`]: [{ setUp: issued, act: `delete from ${table}`, answer }],
    [`${table}_stays`]: [{ setUp: past(copyOf("invoice", otherInvoice)), act: move, answer }],
  };
};

/** What an issued invoice must refuse, column by column: amounts go in pairs, since a check adds them up. */
const frozen = [
  ...["customer_id = gen_random_uuid()", "subscription_id = gen_random_uuid()", "currency = 'EUR'"],
  ...["invoice_type = 'subscription'", "kind = 'start'", "schedule_no = 7", "boundary_index = 7"],
  ...["period_start = now()", "period_end = now()", "subtotal_minor = 7", "discount_total_minor = 7"],
  ...["tax_total_minor = 7", "credit_total_minor = 2, total_minor = 101"],
  ...["total_minor = 101, amount_due_minor = 100", "credit_total_minor = 2, amount_due_minor = 98"],
  ...["number = 'X-1'", "series = 'x'", "issued_at = issued_at + interval '1 second'"],
  ...["due_at = due_at + interval '1 day'", "billing_sequence = 7", "settings_version = 7"],
];

const named = (parent: string): Refusal => ({ code: "23503", constraint: `usage_event_${parent}` });

/** Usage events say by trigger what foreign keys say elsewhere: both what names and what is named is held. */
const namedByUsage = (parent: string): Readonly<Record<string, readonly TriggerProbe[]>> => {
  const setUp =
    parent === "tenant"
      ? []
      : past(`update usage_event e set ${parent}_id = p.id from ${parent} p where p.tenant_id = e.tenant_id`);
  const answer = named(parent);
  return {
    [`${parent}_named_by_usage`]: [
      { setUp, act: `delete from ${parent}`, answer },
      { setUp, act: `update ${parent} set id = gen_random_uuid()`, answer },
    ],
    [`${parent}_truncated_named`]: [{ setUp, act: `truncate ${parent}`, answer }],
  };
};

const namesInUsage = (parent: string) => ({
  act: `insert into usage_event select (jsonb_populate_record(r, jsonb_build_object('id', 'another', '${parent}_id', gen_random_uuid()))).* from usage_event r`,
  answer: named(parent),
});
const renamedInUsage = (parent: string) => ({
  act: `update usage_event set ${parent}_id = gen_random_uuid()`,
  answer: named(parent),
});

/** Every trigger: table, its name, and what it must refuse; one that refuses nothing has named tests instead. */
export const triggers: Readonly<Record<string, Readonly<Record<string, readonly TriggerProbe[]>>>> = {
  audit_chain: appendOnly("audit_chain"),
  audit_log: appendOnly("audit_log"),
  credit_use: {
    credit_use_guard: [
      {
        setUp: [
          "create temporary table guard_row as select * from credit_use",
          "update guard_row set amount_minor = 2",
          "delete from credit_use",
        ],
        act: "insert into credit_use select * from guard_row",
        answer: refused("credit_grant_overdrawn"),
      },
    ],
  },
  customer: namedByUsage("customer"),
  document_counter: {
    document_counter_guard: [
      {
        act: "update document_counter set last_number = last_number - 1",
        answer: refused("document_counter_forward"),
      },
    ],
  },
  invoice: {
    credit_note_guard: [
      {
        setUp: [
          ...issued,
          ...past(
            copyOf(
              "invoice",
              `${otherInvoice}, 'invoice_status', 'draft', 'invoice_type', 'credit', 'settlement', 'credit', 'corrects_invoice_id', r.id, 'amount_due_minor', 0, 'total_minor', 101`,
            ),
          ),
        ],
        act: "update invoice set invoice_status = 'finalized', number = 'CN-1' where invoice_type = 'credit'",
        answer: refused("credit_note_exceeds_invoice"),
      },
    ],
    invoice_delete_guard: [{ setUp: issued, act: "delete from invoice", answer: refused("invoice_frozen") }],
    invoice_guard: [
      ...frozen.map((change) => ({
        setUp: issued,
        act: `update invoice set ${change}`,
        answer: refused("invoice_frozen"),
      })),
      {
        setUp: past("update invoice set invoice_status = 'voided', number = 'INV-1'"),
        act: "update invoice set invoice_status = 'finalized'",
        answer: refused("invoice_transition"),
      },
    ],
    invoice_insert_guard: [
      {
        act: copyOf("invoice", `${otherInvoice}, 'amount_paid_minor', 1`),
        answer: refused("invoice_begins_as_draft"),
      },
      {
        act: copyOf("invoice", `${otherInvoice}, 'issued_at', now()`),
        answer: refused("invoice_begins_as_draft"),
      },
    ],
    invoice_tax_status_guard: [
      { setUp: issued, act: "update invoice set tax_status = 'exempt'", answer: refused("invoice_frozen") },
    ],
  },
  invoice_discount: partOfInvoice("invoice_discount", "'position', 7"),
  invoice_document: appendOnly("invoice_document"),
  invoice_line: partOfInvoice("invoice_line", "'source_key', 'another'"),
  invoice_tax: partOfInvoice("invoice_tax", "'position', 7"),
  ledger_posting: appendOnly("ledger_posting"),
  ledger_transaction: appendOnly("ledger_transaction"),
  payment: { payment_refreshes_invoice: [] },
  payment_attempt: { payment_attempt_refreshes_invoice: [] },
  template: appendOnly("template"),
  plan_version: appendOnly("plan_version"),
  price: appendOnly("price"),
  refund: {
    refund_guard: [{ act: "update refund set amount_minor = 2", answer: refused("refund_exceeds_payment") }],
  },
  subscription: namedByUsage("subscription"),
  tenant: {
    ...namedByUsage("tenant"),
    tenant_clock_guard: [
      {
        setUp: ["update tenant set clock_now = '2026-01-02'"],
        act: "update tenant set clock_now = '2026-01-01'",
        answer: refused("tenant_clock_forward"),
      },
    ],
  },
  tenant_settings: appendOnly("tenant_settings"),
  usage_event: {
    usage_event_names_inserted: ["tenant", "customer", "subscription"].map(namesInUsage),
    usage_event_names_updated: ["tenant", "customer", "subscription"].map(renamedInUsage),
  },
};

/** A condition inside a trigger's function: every one of `texts` is replaced by `without`, nothing unless it is said. */
export type TriggerRule = {
  readonly table: string;
  readonly function: string;
  readonly name: string;
  readonly texts: readonly string[];
  readonly without?: string;
  readonly probe: TriggerProbe;
};

const overdrawn = (column: string): TriggerRule => ({
  ...{
    table: "credit_use",
    function: "credit_use_guard",
    name: `counts ${column}`,
    texts: [` - g.${column}`],
  },
  probe: {
    setUp: [
      "create temporary table guard_row as select * from credit_use",
      "delete from credit_use",
      `update credit_grant set ${column} = amount_minor`,
    ],
    act: "insert into credit_use select * from guard_row",
    answer: refused("credit_grant_overdrawn"),
  },
});

const bornWith = (column: string, value: string): TriggerRule => ({
  ...{ table: "invoice", function: "invoice_insert_guard", name: `refuses ${column}` },
  texts: [` OR NEW.${column} ${column === "issued_at" ? "IS NOT NULL" : "<> 0"}`],
  probe: {
    act: copyOf("invoice", `${otherInvoice}, '${column}', ${value}`),
    answer: refused("invoice_begins_as_draft"),
  },
});

/** Conditions that one trigger holds beside others: each has a statement that it alone refuses. */
export const triggerRules: readonly TriggerRule[] = [
  ...frozen
    .filter((change) => !change.includes(", "))
    .map((change): TriggerRule => {
      const column = change.split(" = ")[0] ?? "";
      return {
        ...{ table: "invoice", function: "invoice_guard", name: `freezes ${column}` },
        texts: [`NEW.${column},`, `OLD.${column},`],
        probe: { setUp: issued, act: `update invoice set ${change}`, answer: refused("invoice_frozen") },
      };
    }),
  {
    ...{ table: "invoice", function: "invoice_guard", name: "keeps what is void void" },
    texts: ["(OLD.invoice_status = 'voided' AND NEW.invoice_status <> 'voided')"],
    without: "false",
    probe: {
      setUp: past("update invoice set invoice_status = 'voided', number = 'INV-1'"),
      act: "update invoice set invoice_status = 'finalized'",
      answer: refused("invoice_transition"),
    },
  },
  bornWith("issued_at", "now()"),
  bornWith("amount_paid_minor", "1"),
  bornWith("amount_offset_minor", "1"),
  overdrawn("expired_minor"),
  overdrawn("refunded_minor"),
  {
    ...{
      table: "document_counter",
      function: "document_counter_guard",
      name: "keeps numbers in order of time",
    },
    texts: [" OR NEW.last_issued_at < OLD.last_issued_at"],
    probe: {
      setUp: ["update document_counter set last_issued_at = '2026-01-02'"],
      act: "update document_counter set last_issued_at = '2026-01-01'",
      answer: refused("document_counter_forward"),
    },
  },
  {
    ...{ table: "tenant", function: "tenant_clock_guard", name: "keeps a clock that was set" },
    texts: ["NEW.clock_now IS NULL OR "],
    probe: {
      setUp: ["update tenant set clock_now = '2026-01-02'"],
      act: "update tenant set clock_now = null",
      answer: refused("tenant_clock_forward"),
    },
  },
];
