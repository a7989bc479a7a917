import { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { periodContaining } from "#libs/core/calendar/schedule.ts";
import { cutWindows } from "#libs/core/calendar/cut-windows.ts";
import { assertTimezone, compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { formatDecimal } from "#libs/core/money/decimal.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { findCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findMeter } from "#libs/data/meters.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { findSubscription } from "#libs/data/subscriptions.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";

export type UsageWindow = {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly group: string;
  readonly quantity: string;
  readonly eventCount: bigint;
};

const windowsMax = 1_000;

/**
 * Usage of a customer on one meter over `[from, to)`: whole, or cut at hours, local days or local months of `timezone`.
 * One entry per window and group; `groupBy` tells only some of the meter's properties apart, none = no groups.
 * @throws customer_not_found, meter_not_found, fields_invalid above 1,000 windows
 */
export async function readUsage(
  tx: TenantTx,
  input: {
    readonly customer: ObjectRef;
    readonly meter: ObjectRef;
    readonly from: Temporal.Instant;
    readonly to: Temporal.Instant;
    readonly window: "hour" | "day" | "month" | null;
    /** Unset: the tenant's. */
    readonly timezone?: string;
    readonly groupBy?: readonly string[];
  },
): Promise<{ customerId: string; meterId: string; meterCode: string; windows: UsageWindow[] }> {
  const customer = await findCustomer(tx, input.customer);
  if (customer === null)
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  const row = await findMeter(tx, input.meter);
  if (row === null) throw domainError("meter_not_found", `there is no meter ${refText(input.meter)}`);
  const meter = { ...row.definition, id: row.id };
  assertGroups(meter, input.groupBy ?? []);
  const timezone = input.timezone ?? (await currentSettings(tx)).settings.timezone;
  const cuts = windowsOf({ ...input, timezone });
  const queries = cuts.map(({ start, end }, index) => ({
    ...{ key: String(index), customerId: customer.id, subscriptionId: null, meter, start, end },
  }));
  const quantities = await loadQuantities(tx, queries, input.groupBy);
  const windows = cuts.flatMap(({ start, end }, index) =>
    (quantities.get(String(index)) ?? []).map(({ group, quantity, eventCount }) => ({
      ...{ start, end, group, quantity: formatDecimal(quantity), eventCount },
    })),
  );
  return { customerId: customer.id, meterId: row.id, meterCode: row.code, windows };
}

function assertGroups(meter: Meter, groupBy: readonly string[]): void {
  const allowed =
    meter.groupBy.length === 0 ? "it has no groups" : `it groups by ${meter.groupBy.join(", ")}`;
  assertNoPlaces(
    groupBy
      .filter((property) => !meter.groupBy.includes(property))
      .map((property) => {
        const message = `meter ${meter.code} does not group by "${property}": ${allowed}`;
        return { path: "group_by", code: "value_unknown", message };
      }),
  );
}

/** `[from, to)` cut at hours, local days or local months; whole for `window` null. @throws fields_invalid above 1,000 */
export function windowsOf(input: {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly window: "hour" | "day" | "month" | null;
  readonly timezone: string;
}): { start: Temporal.Instant; end: Temporal.Instant }[] {
  const { from, to, window } = input;
  if (compareInstants(from, to) >= 0) {
    assertNoPlaces([
      { path: "to", code: "not_after_from", message: `must be after from ${from.toString()}` },
    ]);
  }
  if (window === null) return [{ start: from, end: to }];
  const windows = cutWindows(
    { start: from, end: to },
    window,
    assertTimezone(input.timezone),
    windowsMax + 1,
  );
  if (windows.length > windowsMax) {
    const message = `gives more than ${windowsMax} windows between from and to; choose a longer one`;
    assertNoPlaces([{ path: "window", code: "out_of_range", message }]);
  }
  return windows;
}

export type ItemUsage = UsageWindow & {
  readonly itemId: string;
  readonly priceCode: string;
  readonly meterId: string;
  readonly meterCode: string;
};

/**
 * Usage of a subscription in the period that runs at the tenant's now, for each item with a meter; items that have
 * not begun are left out.
 * @throws subscription_not_found
 */
export async function readCurrentUsage(tx: TenantTx, subscriptionId: string): Promise<ItemUsage[]> {
  if ((await findSubscription(tx, subscriptionId)) === null) {
    throw domainError("subscription_not_found", "there is no such subscription");
  }
  const [subscription] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (subscription === undefined || "broken" in subscription) return [];
  const running = subscription.items.flatMap((item) => {
    const schedule = item.schedules.at(-1)?.schedule;
    const { meter } = item;
    if (meter === null || schedule === undefined) return [];
    if (compareInstants(tx.now, Temporal.Instant.from(schedule.startsAt)) < 0) return [];
    if (item.endsAt !== null && compareInstants(item.endsAt, tx.now) <= 0) return [];
    const { start, end } = periodContaining(schedule, tx.now);
    return [{ item, meter, start, end }];
  });
  const quantities = await loadQuantities(
    tx,
    running.map(({ item, meter, start, end }) => ({
      ...{ key: item.itemId, customerId: subscription.customer.id, subscriptionId, meter, start, end },
    })),
  );
  return running.flatMap(({ item, meter, start, end }) =>
    (quantities.get(item.itemId) ?? []).map(({ group, quantity, eventCount }) => ({
      ...{ itemId: item.itemId, priceCode: item.price.code, meterId: meter.id, meterCode: meter.code },
      ...{ start, end, group, quantity: formatDecimal(quantity), eventCount },
    })),
  );
}
