import { Temporal } from "temporal-polyfill";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import type { HeldCoupon } from "#libs/core/invoice/held-coupon.ts";
import { boundary, type Schedule } from "#libs/core/calendar/schedule.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { isCurrency } from "#libs/core/money/currencies.ts";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import type { TaxStatus } from "#libs/core/invoice/tax-notices.ts";
import { chargeModelCatalog } from "#libs/core/price/charge-model-catalog.ts";
import type { DecimalString, Interval, Price } from "#libs/core/price/price.ts";
import { applyPriceOverride, type PriceOverride } from "#libs/core/price/price-override.ts";
import { validatePrice } from "#libs/core/price/validate-price.ts";
import type { PlanLimits } from "#libs/core/price/plan-limits.ts";
import type { Address } from "#libs/core/settings.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { validateMeter } from "#libs/core/usage/validate-meter.ts";
import { heldCoupons } from "./coupons.ts";
import { toInstant, type TenantTx } from "./database.ts";
import type { Collection, SubscriptionStatus } from "./subscriptions.ts";

/** Everything that decides what a subscription is billed; instants are business time. */
export type BillableSubscription = {
  readonly id: string;
  readonly plan: { readonly id: string; readonly code: string; readonly name: string };
  readonly planVersionId: string;
  readonly currency: string;
  readonly status: SubscriptionStatus;
  readonly startsAt: Temporal.Instant;
  readonly trialEndsAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant | null;
  readonly pausedAt: Temporal.Instant | null;
  readonly timezone: string;
  readonly anchor: Anchor;
  readonly priceOverrides: readonly PriceOverride[];
  readonly collection: Collection;
  /** The provider's id of the subscription's own payment method, else of the customer's default. */
  readonly paymentMethod: {
    readonly id: string;
    readonly provider: string;
    readonly providerId: string;
  } | null;
  readonly scheduleNo: number;
  readonly nextIndex: number;
  readonly nextDueAt: Temporal.Instant | null;
  readonly billingSequence: number;
  readonly parkedCode: string | null;
  readonly version: number;
  readonly customer: BillableCustomer;
  /** In the order in which they are applied. */
  readonly taxRates: readonly TaxRate[];
  /** In the order in which they were given: the customer's, and the subscription's own. */
  readonly coupons: readonly HeldCoupon[];
  /** In the order of the plan's prices. */
  readonly items: readonly BillableItem[];
};

export type BillableCustomer = {
  readonly id: string;
  readonly externalId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly status: "active" | "inactive";
  readonly currency: string | null;
  readonly timezone: string | null;
  readonly locale: string | null;
  readonly address: Address;
  readonly taxIds: readonly string[];
  readonly taxStatus: TaxStatus;
  readonly invoiceNumberPrefix: string | null;
  readonly paymentTermsDays: number | null;
};

export type BillableItem = {
  readonly itemId: string;
  readonly priceId: string;
  /** With the subscription's overrides applied, shared as the change asked that opened or ended it. */
  readonly price: Price;
  readonly meter: (Meter & { readonly id: string }) | null;
  /** Of the plan's version that the price belongs to. */
  readonly limits: PlanLimits;
  readonly quantity: DecimalString | null;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant | null;
  /** By number; the last is open unless `endsAt` of it is set. */
  readonly schedules: readonly {
    readonly scheduleNo: number;
    readonly schedule: Schedule;
    readonly endsAt: Temporal.Instant | null;
  }[];
};

/** A subscription whose stored terms cannot be read: it is parked, and stops no other. */
export type BrokenSubscription = { readonly id: string; readonly broken: string };

type StoredCoupon = Omit<HeldCoupon, "usesLeft" | "used"> & {
  usesLeft: string | null;
  used: Readonly<Record<string, string>>;
};

type SubscriptionData = {
  id: string;
  plan: BillableSubscription["plan"];
  plan_version_id: string;
  currency: string;
  status: SubscriptionStatus;
  starts_at: Date;
  trial_ends_at: Date | null;
  ends_at: Date | null;
  paused_at: Date | null;
  timezone: string;
  anchor: Anchor;
  collection: Collection;
  payment_method: BillableSubscription["paymentMethod"];
  price_overrides: PriceOverride[];
  schedule_no: number;
  next_index: number;
  next_due_at: Date | null;
  billing_sequence: number;
  parked_code: string | null;
  version: number;
  customer: BillableCustomer;
  tax_rates: TaxRate[];
  coupons: StoredCoupon[];
};

type ItemData = {
  subscription_id: string;
  item_id: string;
  price_id: string;
  definition: Price;
  meter_id: string | null;
  meter: Meter | null;
  plan_version_id: string;
  plan_interval: Interval;
  minimum_commitment_minor: bigint | null;
  maximum_amount_minor: bigint | null;
  quantity: string | null;
  proration: "second" | "day" | null;
  starts_at: Date;
  ends_at: Date | null;
  schedules: {
    no: number;
    anchorAt: string;
    interval: Interval;
    timezone: string;
    startsAt: string;
    endsAt: string | null;
  }[];
};

/**
 * Loads subscriptions by id in two statements, however many there are, in no order. Ids that do not exist are left out.
 * Terms that were spoilt in the database come back as `broken` with the reason.
 * @param exceptInvoiceId an invoice that is decided again: what it used of coupons is free for it
 */
export async function loadBillableSubscriptions(
  tx: TenantTx,
  ids: readonly string[],
  exceptInvoiceId: string | null = null,
): Promise<(BillableSubscription | BrokenSubscription)[]> {
  const subscriptions = await loadSubscriptionData(tx, ids, exceptInvoiceId);
  const itemsOf = new Map<string, ItemData[]>();
  for (const item of await loadItemData(tx, ids)) {
    const known = itemsOf.get(item.subscription_id);
    if (known) known.push(item);
    else itemsOf.set(item.subscription_id, [item]);
  }
  const known: KnownTerms = { prices: new Map(), schedules: new Map() };
  return subscriptions.map((data) => {
    try {
      return toBillable(data, itemsOf.get(data.id) ?? [], known);
    } catch (error) {
      return { id: data.id, broken: error instanceof Error ? error.message : String(error) };
    }
  });
}

function loadSubscriptionData(
  tx: TenantTx,
  ids: readonly string[],
  exceptInvoiceId: string | null,
): Promise<SubscriptionData[]> {
  return tx.db.$queryRaw<SubscriptionData[]>`
    select s.id, jsonb_build_object('id', p.id, 'code', p.code, 'name', p.name) as plan, s.plan_version_id, s.currency, s.status,
      s.starts_at, s.trial_ends_at, s.ends_at, s.paused_at, s.timezone, s.anchor, s.collection, s.price_overrides, s.schedule_no, s.next_index,
      s.next_due_at, s.billing_sequence, s.parked_code, s.version,
      (select jsonb_build_object('id', m.id, 'provider', m.provider, 'providerId', m.provider_id) from payment_method m
        where m.tenant_id = s.tenant_id and m.customer_id = s.customer_id and (m.id = s.payment_method_id or (s.payment_method_id is null and m.is_default))
        order by m.id desc limit 1) as payment_method,
      jsonb_build_object('id', c.id, 'externalId', c.external_id, 'name', c.name, 'email', c.email, 'status', c.status, 'currency', c.currency,
        'timezone', c.timezone, 'locale', c.locale, 'address', c.billing_address, 'taxIds', c.tax_ids, 'taxStatus', c.tax_status,
        'invoiceNumberPrefix', c.invoice_number_prefix, 'paymentTermsDays', c.payment_terms_days) as customer,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'percentage', trim_scale(t.percentage)::text,
                                                    'inclusive', t.inclusive) order by a.position), '[]')
         from customer_tax_rate a join tax_rate t on t.tenant_id = a.tenant_id and t.id = a.tax_rate_id
        where a.tenant_id = c.tenant_id and a.customer_id = c.id) as tax_rates,
      ${heldCoupons(tx, exceptInvoiceId)} as coupons
    from subscription s
    join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join plan_version v on v.tenant_id = s.tenant_id and v.id = s.plan_version_id
    join plan p on p.tenant_id = v.tenant_id and p.id = v.plan_id
    where s.tenant_id = ${tx.tenantId}::uuid and s.id = any(${[...ids]}::uuid[])`;
}

function loadItemData(tx: TenantTx, ids: readonly string[]): Promise<ItemData[]> {
  return tx.db.$queryRaw<ItemData[]>`
    select i.subscription_id, i.id as item_id, r.id as price_id, r.definition, m.id as meter_id, m.definition as meter,
      v.id as plan_version_id, v.interval as plan_interval, v.minimum_commitment_minor, v.maximum_amount_minor,
      trim_scale(i.quantity)::text as quantity, i.proration, i.starts_at, i.ends_at,
      (select coalesce(jsonb_agg(jsonb_build_object('no', h.schedule_no, 'anchorAt', h.anchor_at, 'interval', h.interval, 'timezone', h.timezone,
                                                    'startsAt', h.starts_at, 'endsAt', h.ends_at) order by h.schedule_no), '[]')
         from item_schedule h where h.tenant_id = i.tenant_id and h.subscription_item_id = i.id) as schedules
    from subscription_item i
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    join plan_version v on v.tenant_id = r.tenant_id and v.id = r.plan_version_id
    left join meter m on m.tenant_id = r.tenant_id and m.id = r.meter_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = any(${[...ids]}::uuid[])
    order by i.subscription_id, r.position, i.starts_at, i.id`;
}

/**
 * What was found good in a load, by id of the price and by text of the schedule: the subscriptions of a plan share its prices, and all
 * that begin together share their schedule, so that both are read once.
 */
type KnownTerms = { readonly prices: Map<string, Price>; readonly schedules: Map<string, Schedule> };

function toBillable(
  data: SubscriptionData,
  items: readonly ItemData[],
  known: KnownTerms,
): BillableSubscription {
  if (items.length === 0) throw new Error("the subscription has no item");
  if (!isCurrency(data.currency)) throw new Error(`the currency ${JSON.stringify(data.currency)} is unknown`);
  if (!Array.isArray(data.price_overrides)) throw new Error("price_overrides is not a list");
  return {
    id: data.id,
    plan: data.plan,
    planVersionId: data.plan_version_id,
    currency: data.currency,
    status: data.status,
    startsAt: toInstant(data.starts_at),
    trialEndsAt: nullableInstant(data.trial_ends_at),
    endsAt: nullableInstant(data.ends_at),
    pausedAt: nullableInstant(data.paused_at),
    timezone: data.timezone,
    anchor: data.anchor,
    priceOverrides: data.price_overrides,
    collection: data.collection,
    paymentMethod: data.payment_method,
    scheduleNo: data.schedule_no,
    nextIndex: data.next_index,
    nextDueAt: nullableInstant(data.next_due_at),
    billingSequence: data.billing_sequence,
    parkedCode: data.parked_code,
    version: data.version,
    customer: data.customer,
    taxRates: data.tax_rates,
    coupons: data.coupons.map((held) => ({
      ...held,
      value:
        held.currency === null
          ? held.value
          : formatMoney({ minor: BigInt(held.value), currency: held.currency }),
      usesLeft: held.usesLeft === null ? null : Number(held.usesLeft),
      used: new Map(Object.entries(held.used).map(([at, minor]) => [at, BigInt(minor)])),
    })),
    items: items.map((item) => toBillableItem(item, data.price_overrides, known)),
  };
}

function toBillableItem(
  item: ItemData,
  overrides: readonly PriceOverride[],
  known: KnownTerms,
): BillableItem {
  const price = checkedPrice(item, overrides, known.prices);
  const schedules = item.schedules.map(({ no, endsAt, ...terms }) => ({
    scheduleNo: no,
    schedule: sharedSchedule(terms, known.schedules),
    endsAt: endsAt === null ? null : Temporal.Instant.from(endsAt),
  }));
  if (schedules.length === 0) throw new Error(`the item of price ${price.code} has no schedule`);
  return {
    itemId: item.item_id,
    priceId: item.price_id,
    price: item.proration === null ? price : { ...price, proration: item.proration },
    meter: item.meter === null || item.meter_id === null ? null : { ...item.meter, id: item.meter_id },
    limits: {
      ...{ planVersionId: item.plan_version_id, interval: item.plan_interval },
      minimumCommitmentMinor: item.minimum_commitment_minor,
      maximumAmountMinor: item.maximum_amount_minor,
    },
    quantity: item.quantity ?? price.quantity ?? null,
    startsAt: toInstant(item.starts_at),
    endsAt: nullableInstant(item.ends_at),
    schedules,
  };
}

/** Items with the same terms share one schedule, so that its boundaries are worked out once. */
function sharedSchedule(terms: Schedule, shared: Map<string, Schedule>): Schedule {
  const { anchorAt, interval, timezone, startsAt } = terms;
  const key = JSON.stringify([anchorAt, interval, timezone, startsAt]);
  const known = shared.get(key);
  if (known !== undefined) return known;
  const schedule = { anchorAt, interval, timezone, startsAt: Temporal.Instant.from(startsAt).toString() };
  boundary(schedule, 0); // reads every field of the schedule, and throws what is wrong with it
  shared.set(key, schedule);
  return schedule;
}

function checkedPrice(
  item: ItemData,
  overrides: readonly PriceOverride[],
  checked: Map<string, Price>,
): Price {
  const price = applyPriceOverride(item.definition, overrides);
  const isPlain = price === item.definition;
  const known = isPlain ? checked.get(item.price_id) : undefined;
  if (known !== undefined) return known;
  assertPrice(price, item);
  if (isPlain) checked.set(item.price_id, price);
  return price;
}

function assertPrice(price: Price, item: ItemData): void {
  const path = typeof price?.code === "string" ? price.code : item.price_id;
  assertWord(path, "kind", price.kind, ["recurring", "usage", "one_time"]);
  assertWord(path, "billing", price.billing, ["in_advance", "in_arrears"]);
  assertWord(path, "proration", price.proration, ["second", "day", "none"]);
  assertWord(path, "charge_model", price.chargeModel?.model, Object.keys(chargeModelCatalog));
  const places = validatePrice(price, path);
  if (price.kind === "usage") {
    if (item.meter === null) throw new Error(`price ${path} has no meter`);
    places.push(...validateMeter(item.meter));
  }
  const [first] = places;
  if (first) throw new Error(`price ${path} cannot be billed: ${first.path} ${first.message}`);
}

function assertWord(price: string, field: string, given: unknown, allowed: readonly string[]): void {
  if (typeof given === "string" && allowed.includes(given)) return;
  throw new Error(
    `price ${price}: ${field} is one of ${allowed.join(", ")}, stored is ${JSON.stringify(given)}`,
  );
}

function nullableInstant(date: Date | null): Temporal.Instant | null {
  return date === null ? null : toInstant(date);
}
