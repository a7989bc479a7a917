import { Temporal } from "temporal-polyfill";
import { formatDecimal } from "#libs/core/money/decimal.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import type { InvoiceLineView, InvoiceView } from "#libs/data/invoice-reads.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import { windowsOf } from "../usage/read-usage.ts";

/** Usage of one local day, or month of a long period, as it stands now. */
export type ExplainedBucket = {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly quantity: string;
  readonly eventCount: bigint;
};

export type ExplainedLine = {
  readonly line: InvoiceLineView;
  /** The subscription's, else the invoice's: the one that its periods and days are cut in. */
  readonly timezone: string;
  /** Code of the meter that it counts; null for fees. */
  readonly meterCode: string | null;
  /** Windows in which there was usage, in order; none for fees. */
  readonly buckets: readonly ExplainedBucket[];
};

const longestDailyDays = 400;

/** Where the quantity of each line comes from, day by day in the subscription's zone. Reads, and decides nothing. */
export async function explainLines(
  tx: TenantTx,
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
): Promise<ExplainedLine[]> {
  const { subscription_id: subscriptionId, customer_id: customerId } = invoice;
  const [loaded] = subscriptionId === null ? [] : await loadBillableSubscriptions(tx, [subscriptionId]);
  const subscription = loaded === undefined || "broken" in loaded ? null : loaded;
  const timezone = subscription?.timezone ?? (await currentSettings(tx)).settings.timezone;
  const metered = lines.flatMap((line) => {
    const item = subscription?.items.find((each) => each.itemId === line.subscription_item_id);
    if (item?.meter === null || item?.meter === undefined || subscription === null) return [];
    const { meter } = item;
    const windows = windowsOfLine(line, subscription.timezone);
    return [{ line, meter, windows }];
  });
  const queries = metered.flatMap(({ line, meter, windows }) =>
    windows.map((window, n) => ({
      ...{ key: `${line.id}/${n}`, customerId, subscriptionId, meter },
      ...window,
    })),
  );
  const usage = await loadQuantities(tx, queries);
  return lines.map((line) => {
    const found = metered.find((each) => each.line.id === line.id);
    const buckets = (found?.windows ?? []).flatMap((window, n) => {
      const group = usage.get(`${line.id}/${n}`)?.find((each) => each.group === line.group_key);
      if (group === undefined || group.eventCount === 0n) return [];
      return [{ ...window, quantity: formatDecimal(group.quantity), eventCount: group.eventCount }];
    });
    return { line, timezone, meterCode: found?.meter.code ?? null, buckets };
  });
}

function windowsOfLine(line: InvoiceLineView, timezone: string) {
  const [from, to] = [toInstant(line.period_start), toInstant(line.period_end)];
  if (Temporal.Instant.compare(from, to) >= 0) return [];
  const isLong = to.since(from).total("hours") > longestDailyDays * 24;
  return windowsOf({ from, to, window: isLong ? "month" : "day", timezone });
}
