import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { listPeriods, type PeriodPlace } from "#libs/billing/subscription/list-periods.ts";
import { parseTimestamp, timestamp, timestampToWire } from "#libs/billing/wire/wire-values.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listOf, pageFields } from "../list-page.ts";
import { subscriptionIdOf } from "./subscriptions.ts";

const itemId = "si_01jq8z5c3e7wq8m2v4t6y9r1p3";
const periodWire = z
  .object({
    subscription_item: z.string(),
    price_code: z.string(),
    schedule_no: z.int(),
    index: z.int(),
    period_start: z.iso.datetime(),
    period_end: z.iso.datetime(),
    state: z
      .enum(["claimed", "billed", "dropped", "voided", "upcoming"])
      .describe("upcoming: nothing has claimed it yet; dropped: its usage was waived"),
    invoice: z.string().nullable(),
  })
  .meta({ id: "SubscriptionPeriod" });

const periods = defineRoute({
  method: "get",
  path: "/v1/subscriptions/{id}/periods",
  tag: "Subscriptions",
  summary: "List periods, billed and to come",
  description:
    "The periods of every price that overlap [from, to), by their start. Without to: up to those that run now. What is to come follows the terms of now.",
  access: "read",
  params: z.strictObject({ id: z.string().min(1).max(64) }),
  query: z.strictObject({ ...pageFields, from: timestamp.optional(), to: timestamp.optional() }),
  response: { status: 200, schema: listOf(periodWire) },
  errors: ["subscription_not_found", "subscription_broken"],
  example: {
    params: { id: "sub_01jq8z5c3e7wq8m2v4t6y9r1p3" },
    response: {
      data: [
        {
          ...{ subscription_item: itemId, price_code: "base", schedule_no: 0, index: 1 },
          ...{ period_start: "2026-02-01T00:00:00Z", period_end: "2026-03-01T00:00:00Z" },
          ...{ state: "upcoming", invoice: null },
        },
      ],
      ...{ has_more: false, next_cursor: null },
    },
  },
  transaction: async (tx, { params, query }) => {
    const instant = (text: string | undefined) => (text === undefined ? undefined : parseTimestamp(text));
    const found = await listPeriods(tx, {
      subscriptionId: subscriptionIdOf(params.id),
      ...{ from: instant(query.from), to: instant(query.to) },
      ...{ after: placeOf(query.cursor), limit: query.limit },
    });
    return {
      body: {
        data: found.periods.map((period) => ({
          subscription_item: publicId("subscription_item", period.subscription_item_id),
          ...{ price_code: period.price_code, schedule_no: period.schedule_no, index: period.index },
          period_start: timestampToWire(period.start_at),
          period_end: timestampToWire(period.end_at),
          state: period.state,
          invoice: period.invoice_id === null ? null : publicId("invoice", period.invoice_id),
        })),
        has_more: found.next !== null,
        next_cursor: found.next === null ? null : cursorOf(found.next),
      },
    };
  },
});

/** `si_...-MILLISECONDS`: the item and the start of the last period of the page. */
function cursorOf({ startAt, itemId: id }: PeriodPlace): string {
  return `${publicId("subscription_item", id)}-${startAt.epochMilliseconds}`;
}

/** @throws DomainError fields_invalid when the cursor is none of ours */
function placeOf(cursor: string | undefined): PeriodPlace | null {
  if (cursor === undefined) return null;
  const [, item = "", at = ""] = /^(\w+)-(-?\d{1,15})$/.exec(cursor) ?? [];
  const id = parsePublicId("subscription_item", item);
  if (id === null) {
    const message = "is not a next_cursor of this list";
    assertNoPlaces([{ path: "cursor", code: "format_invalid", message }]);
    return null;
  }
  return { itemId: id, startAt: Temporal.Instant.fromEpochMilliseconds(Number(at)) };
}

export const subscriptionPeriodRoutes: readonly Route[] = [periods];
