import { createHash } from "node:crypto";
import { Decimal } from "decimal.js";
import type { Price } from "#libs/core/price/price.ts";
import { type Database, toDate, type TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import type { Month } from "../monthly-tenant.ts";
import { naiveAmount } from "../naive/naive-amount.ts";

type RowTx = Pick<TenantTx, "tenantId" | "causes" | "now"> & {
  readonly db: Omit<Database["prisma"], "$connect" | "$disconnect" | "$on" | "$transaction" | "$extends">;
};

/**
 * Bills one subscription in one transaction as an application on Prisma does it first: rows are read, priced and written through the
 * client's models. The same rows as ours in the same tables; as their owner, whom no policy and no grant slows down: the client writes
 * every default itself, also of columns that the application may not write.
 */
export async function generateRow(tx: RowTx, month: Month, subscriptionId: string): Promise<void> {
  const { db, tenantId: tenant_id } = tx;
  const end = toDate(month.end);
  const subscription = await db.subscription.findUniqueOrThrow({
    where: { tenant_id_id: { tenant_id, id: subscriptionId } },
  });
  const { customer_id, currency, next_index: index } = subscription;
  const customer = await db.customer.findUniqueOrThrow({
    where: { tenant_id_id: { tenant_id, id: customer_id } },
  });
  const items = await priceItems(tx, month, { subscriptionId, customer_id });
  const total = items.reduce((sum, { minor }) => sum + minor, 0n);
  const invoice_id = newId();
  const lines = await writeDraft(tx, month, {
    ...{ invoice_id, customer_id, subscriptionId, currency, index, items, total },
  });
  await writeConsequences(tx, { invoice_id, customer_id, currency, total });
  const counter = await db.document_counter.upsert({
    where: { tenant_id_series: { tenant_id, series: "invoice" } },
    create: { tenant_id, series: "invoice", last_number: 1, last_issued_at: end },
    update: { last_number: { increment: 1 }, last_issued_at: end },
  });
  const number = `INV-${String(counter.last_number).padStart(9, "0")}`;
  const issued = { number, series: "invoice", issued_at: end, finalized_at: end, due_at: end };
  await db.invoice.update({
    where: { tenant_id_id: { tenant_id, id: invoice_id } },
    data: { ...issued, invoice_status: "finalized" },
    select: { id: true },
  });
  const document = jsonText({ ...issued, customer, currency, lines, total });
  await db.invoice_document.create({
    data: { tenant_id, invoice_id, document: JSON.parse(document), sha256: sha256(document) },
    select: { invoice_id: true },
  });
  await db.subscription.update({
    where: { tenant_id_id: { tenant_id, id: subscriptionId } },
    data: { next_index: index + 1, next_due_at: nextMonth(end), billing_sequence: index },
    select: { id: true },
  });
}

async function priceItems(
  { db, tenantId: tenant_id }: RowTx,
  month: Month,
  given: { readonly subscriptionId: string; readonly customer_id: string },
) {
  const { subscriptionId, customer_id } = given;
  const items = await db.subscription_item.findMany({
    where: { tenant_id, subscription_id: subscriptionId },
  });
  const prices = await db.price.findMany({
    where: { tenant_id, id: { in: items.map((item) => item.price_id) } },
  });
  const used = await db.usage_hour.groupBy({
    by: ["meter_id"],
    where: { tenant_id, customer_id, hour: { gte: toDate(month.start), lt: toDate(month.end) } },
    _sum: { sum: true, n: true },
  });
  return items.map((item) => {
    const price = prices.find(({ id }) => id === item.price_id);
    if (price === undefined) throw new Error(`there is no price ${item.price_id}`);
    const usage = used.find(({ meter_id }) => meter_id === price.meter_id)?._sum;
    const definition = price.definition as unknown as Price;
    const quantity = usage?.sum?.toFixed() ?? "1";
    const exact = naiveAmount(definition.chargeModel, { quantity });
    const minor = BigInt(exact.times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed());
    return { item, price, definition, quantity, exact, minor, events: usage?.n ?? 0n, periodId: newId() };
  });
}

type Draft = {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly subscriptionId: string;
  readonly currency: string;
  readonly index: number;
  readonly items: Awaited<ReturnType<typeof priceItems>>;
  readonly total: bigint;
};

/** The invoice, the periods that it bills, and its lines. */
async function writeDraft({ db, tenantId: tenant_id }: RowTx, month: Month, draft: Draft) {
  const { invoice_id, customer_id, subscriptionId, currency, index, items, total } = draft;
  const [start, end] = [toDate(month.start), toDate(month.end)];
  await db.invoice.create({
    data: {
      ...{ tenant_id, id: invoice_id, customer_id, subscription_id: subscriptionId, currency },
      ...{ invoice_type: "subscription", kind: "cycle", schedule_no: 0, boundary_index: index },
      ...{ billing_sequence: index, billing_reason: "subscription_cycle", period_start: start },
      ...{ period_end: end, subtotal_minor: total, discount_total_minor: 0, tax_total_minor: 0 },
      ...{ credit_total_minor: 0, total_minor: total, amount_due_minor: total, settings_version: 0 },
      tax_status: "taxable",
    },
    select: { id: true },
  });
  await db.billing_period.createMany({
    data: items.map(({ item, events, periodId }) => ({
      ...{ tenant_id, id: periodId, subscription_item_id: item.id, schedule_no: 0, index: index - 1 },
      ...{ start_at: start, end_at: end, prev_end_at: index > 1 ? start : null, state: "billed" },
      ...{ invoice_id, event_count: events },
    })),
  });
  const lines = items.map(({ item, price, definition, quantity, exact, minor, events, periodId }) => {
    const tiers = "tiers" in definition.chargeModel ? definition.chargeModel.tiers : [];
    const inputs = jsonText({ price: definition, quantity, events, period: { start, end } });
    return {
      ...{ tenant_id, id: newId(), invoice_id, position: price.position, kind: price.kind },
      ...{ source_key: `${item.id}/0/${index}`, subscription_item_id: item.id, price_id: price.id },
      ...{ billing_period_id: periodId, description: price.code, quantity, exact_amount: exact.toFixed() },
      ...{ amount_minor: minor, period_start: start, period_end: end, ratio_numerator: 1 },
      ...{ ratio_denominator: 1, rounding_mode: "half_up", tiers: JSON.parse(jsonText(tiers)) },
      ...{ steps: [{ name: "charge_model", before: quantity, after: exact.toFixed() }] },
      ...{ inputs: JSON.parse(inputs), input_hash: sha256(inputs), event_count: events },
    };
  });
  await db.invoice_line.createMany({ data: lines });
  return lines;
}

async function writeConsequences(
  tx: RowTx,
  given: { invoice_id: string; customer_id: string; currency: string; total: bigint },
): Promise<void> {
  const { db, tenantId: tenant_id } = tx;
  const { invoice_id, customer_id, currency, total } = given;
  const [transactionId, cause_id, occurred_at] = [newId(), newId(), toDate(tx.now)];
  await db.ledger_transaction.create({
    data: {
      ...{ tenant_id, id: transactionId, kind: "invoice.finalized", ref: invoice_id, customer_id },
      ...{ invoice_id, occurred_at },
    },
    select: { id: true },
  });
  await db.ledger_posting.create({
    data: {
      ...{ tenant_id, id: newId(), ledger_transaction_id: transactionId, position: 0, currency },
      ...{ debit_account: "receivable", credit_account: "revenue", amount_minor: total },
    },
    select: { id: true },
  });
  const event = { type: "invoice.finalized", data: { customer_id } } as const;
  await db.domain_event.create({
    data: { tenant_id, id: cause_id, ...event, subject_type: "invoice", subject_id: invoice_id, occurred_at },
    select: { id: true },
  });
  const subject = { id: cause_id, subjectType: "invoice", subjectId: invoice_id } as const;
  await db.job.createMany({
    data: tx.causes({ ...event, ...subject, tenantId: tenant_id, runId: null }).map((seed) => ({
      ...{ tenant_id, id: newId(), name: seed.name, queue: seed.queue, key: seed.key, cause_id },
      ...{ payload: JSON.parse(JSON.stringify(seed.payload)), attempt_budget: seed.attemptBudget },
    })),
  });
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === "bigint" ? `${each}` : each));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function nextMonth(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
}
