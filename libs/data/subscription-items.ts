import type { Schedule } from "#libs/core/calendar/schedule.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import type { TenantTx } from "./database.ts";

export type NewItem = {
  readonly id: string;
  readonly subscriptionId: string;
  readonly priceId: string;
  readonly quantity: DecimalString | null;
  /** Becomes schedule number 0; the item begins where it does. */
  readonly schedule: Schedule;
  /** Null: as the price says. */
  readonly proration: "second" | "day" | null;
};

/** Items with their first schedules: two statements, however many. */
export async function insertItems(tx: TenantTx, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  const ids = items.map((item) => item.id);
  const starts = items.map((item) => new Date(item.schedule.startsAt));
  await tx.db.$executeRaw`
    insert into subscription_item (tenant_id, id, subscription_id, price_id, quantity, starts_at, proration)
    select ${tx.tenantId}::uuid, i.id, i.subscription_id, i.price_id, i.quantity::numeric, i.starts_at, i.proration
    from unnest(${ids}::uuid[], ${items.map((item) => item.subscriptionId)}::uuid[], ${items.map((item) => item.priceId)}::uuid[],
                ${items.map((item) => item.quantity)}::text[], ${starts}::timestamptz[], ${items.map((item) => item.proration)}::text[])
      as i (id, subscription_id, price_id, quantity, starts_at, proration)`;
  await tx.db.$executeRaw`
    insert into item_schedule (tenant_id, subscription_item_id, schedule_no, anchor_at, interval, timezone, starts_at)
    select ${tx.tenantId}::uuid, i.id, 0, i.anchor_at, i.interval::jsonb, i.timezone, i.starts_at
    from unnest(${ids}::uuid[], ${items.map((item) => item.schedule.anchorAt)}::text[],
                ${items.map((item) => JSON.stringify(item.schedule.interval))}::text[],
                ${items.map((item) => item.schedule.timezone)}::text[], ${starts}::timestamptz[])
      as i (id, anchor_at, interval, timezone, starts_at)`;
}
