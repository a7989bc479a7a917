import { Temporal } from "temporal-polyfill";
import { monthEnd, monthStart, parseMonth } from "#libs/core/calendar/month.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { expectedRange, fewestAmounts } from "#libs/core/report/amount-range.ts";
import {
  type AmountRow,
  type AnomalyMonth,
  listCycleAmounts,
  listSilentPeriods,
  listUnpricedUsage,
  listUnresolvedUsage,
  type SilentRow,
  type UnpricedRow,
  type UnresolvedRow,
} from "#libs/data/anomaly-reads.ts";
import { type TenantTx, toDate } from "#libs/data/database.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";

export const anomalyKinds = [
  "amount_unusual",
  "usage_stopped",
  "usage_unpriced",
  "usage_unresolved",
] as const;

/** Something that may be right and is worth a look before the customer finds it. */
export type Anomaly = {
  readonly kind: (typeof anomalyKinds)[number];
  readonly customerId: string | null;
  /** The customer's external id, or the reference that events were sent with. */
  readonly customerRef: string | null;
  readonly subscriptionId: string | null;
  readonly invoiceId: string | null;
  readonly number: string | null;
  readonly meter: string | null;
  readonly currency: string | null;
  /** An amount in major units, or a number of events. */
  readonly found: string;
  readonly expectedLow: string | null;
  readonly expectedHigh: string | null;
  /** Numbers of the invoices that the expectation comes from, the latest first. */
  readonly basedOn: readonly string[];
  readonly detail: string;
};

const nothing = {
  ...{ customerId: null, subscriptionId: null, invoiceId: null, number: null, meter: null, currency: null },
  ...{ expectedLow: null, expectedHigh: null, basedOn: [] },
};

/**
 * What is unusual in a month, in the same order for the same data: amounts outside their expected range
 * (`core/report/amount-range.ts`, of up to 12 earlier cycle invoices on the same terms), meters without an event after three
 * periods with some, usage that no price bills, usage whose customer or meter is not known.
 * @throws DomainError month_invalid
 */
export async function readAnomalies(tx: TenantTx, month: string): Promise<Anomaly[]> {
  const { settings } = await currentSettings(tx);
  const range = monthRange(month, settings.timezone);
  return [
    ...(await listCycleAmounts(tx, range)).flatMap(unusualAmount),
    ...(await listSilentPeriods(tx, range)).flatMap(stoppedUsage),
    ...(await listUnpricedUsage(tx, range)).map(unpricedUsage),
    ...(await listUnresolvedUsage(tx, range)).map(unresolvedUsage),
  ];
}

function monthRange(month: string, timezone: string): AnomalyMonth {
  const first = parseMonth(month);
  return {
    firstDay: first.toPlainDate({ day: 1 }).toString(),
    nextDay: first.add({ months: 1 }).toPlainDate({ day: 1 }).toString(),
    from: toDate(monthStart(month, timezone)),
    to: toDate(monthEnd(month, timezone)),
  };
}

function unusualAmount(row: AmountRow): Anomaly[] {
  const { currency, earlier } = row;
  const floorMinor = 10n ** BigInt(currencyExponent(currency));
  const range = expectedRange(
    earlier.map((invoice) => BigInt(invoice.amount_minor)),
    floorMinor,
  );
  if (range === null || (row.amount_minor >= range.low && row.amount_minor <= range.high)) return [];
  const show = (minor: bigint) => formatMoney({ minor, currency });
  return [
    {
      ...{ kind: "amount_unusual", meter: null, currency, found: show(row.amount_minor) },
      ...{ customerId: row.customer_id, customerRef: row.external_id, subscriptionId: row.subscription_id },
      ...{ invoiceId: row.id, number: row.number },
      expectedLow: show(range.low),
      expectedHigh: show(range.high),
      basedOn: earlier.map((invoice) => invoice.number),
      detail: `${show(row.amount_minor)} ${currency} before tax is ${row.amount_minor > range.high ? "above" : "below"} what ${earlier.length} invoices before let expect: their median is ${show(range.median)}`,
    },
  ];
}

function stoppedUsage(row: SilentRow): Anomaly[] {
  const used = row.earlier.findIndex(({ events }) => BigInt(events) === 0n);
  const periods = used < 0 ? row.earlier.length : used;
  if (periods < fewestAmounts) return [];
  const counts = row.earlier.slice(0, periods);
  return [
    {
      ...{ kind: "usage_stopped", meter: row.meter, currency: null, found: "0" },
      ...{ customerId: row.customer_id, customerRef: row.external_id, subscriptionId: row.subscription_id },
      ...{ invoiceId: row.invoice_id, number: row.number, expectedLow: "1", expectedHigh: null },
      basedOn: counts.flatMap(({ number }) => number ?? []),
      detail: `no event of ${row.meter} in this period; the ${periods} before had ${counts.map(({ events }) => events).join(", ")}, the latest first`,
    },
  ];
}

function unpricedUsage(row: UnpricedRow): Anomaly {
  const why = row.subscribed
    ? "no price of the customer's subscriptions bills it then"
    : "the customer has no subscription then";
  return {
    ...nothing,
    ...{ kind: "usage_unpriced", customerId: row.customer_id, customerRef: row.external_id },
    ...{ subscriptionId: row.subscription_id, meter: row.meter, found: `${row.events}` },
    detail: `${row.events} events of ${row.meter} from the hour of ${hourText(row.first_hour)} to that of ${hourText(row.last_hour)}: ${why}`,
  };
}

function unresolvedUsage(row: UnresolvedRow): Anomaly {
  const { event_type: type, customer_ref: customer } = row;
  const unknown = {
    customer: `there is no customer ${JSON.stringify(customer)}`,
    event_type: `no meter counts events of type ${JSON.stringify(type)}`,
    meter: `there is no meter ${JSON.stringify(type)}`,
  }[row.unresolved];
  return {
    ...nothing,
    ...{ kind: "usage_unresolved", customerId: row.customer_id, customerRef: customer },
    ...{ meter: type, found: `${row.events}` },
    detail: `${row.events} events from ${isoText(row.first_at)} to ${isoText(row.last_at)} are not counted: ${unknown}`,
  };
}

function hourText(date: Date): string {
  return `${isoText(date).slice(0, 13)}:00Z`;
}

function isoText(date: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime()).toString();
}
