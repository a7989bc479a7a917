import { z } from "zod";
import { readCoverage } from "#libs/billing/subscription/read-coverage.ts";
import { timestampToWire } from "#libs/billing/wire/wire-values.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { defineRoute, type Route } from "../define-route.ts";

const exampleId = "sub_01jq8z5c3e7wq8m2v4t6y9r1p3";
const range = { period_start: z.iso.datetime(), period_end: z.iso.datetime() };
const coverageWire = z
  .object({
    covered: z.array(
      z.object({
        ...{ price_code: z.string(), ...range, state: z.enum(["claimed", "billed", "dropped"]) },
        ...{ invoice: z.string().nullable(), invoice_number: z.string().nullable() },
      }),
    ),
    gaps: z.array(
      z.object({
        ...{ price_code: z.string(), ...range },
        reason: z.enum(["voided", "not_billed", "parked", "customer_inactive"]),
      }),
    ),
    overlaps: z.array(z.object({ price_code: z.string(), ...range })),
    paused: z.array(z.object(range)).describe("Times in which nothing is to be billed"),
    complete: z.boolean().describe("Whether there are neither gaps nor overlaps up to now"),
  })
  .meta({ id: "SubscriptionCoverage" });

const period = { period_start: "2026-01-01T00:00:00Z", period_end: "2026-02-01T00:00:00Z" };

const coverage = defineRoute({
  method: "get",
  path: "/v1/subscriptions/{id}/coverage",
  tag: "Subscriptions",
  summary: "Prove that every period was billed, once",
  description:
    "Holds the periods that fell due by now against those that were billed, price by price, and names what is missing or was billed twice.",
  access: "read",
  params: z.strictObject({ id: z.string().max(64) }),
  response: { status: 200, schema: coverageWire },
  errors: ["subscription_not_found", "subscription_broken"],
  example: {
    params: { id: exampleId },
    response: {
      covered: [
        {
          ...{ price_code: "base", ...period, state: "billed" },
          invoice: "inv_01jq8z5c3e7wq8m2v4t6y9r1p3",
          invoice_number: "INV-202602-00001",
        },
      ],
      ...{ gaps: [], overlaps: [], paused: [], complete: true },
    },
  },
  transaction: async (tx, { params }) => {
    const id = parsePublicId("subscription", params.id);
    if (id === null)
      throw domainError("subscription_not_found", `There is no subscription ${JSON.stringify(params.id)}.`);
    const { covered, gaps, overlaps, paused, complete } = await readCoverage(tx, id);
    return {
      body: {
        covered: covered.map((claim) => ({
          price_code: claim.price_code,
          period_start: timestampToWire(claim.start_at),
          period_end: timestampToWire(claim.end_at),
          state: claim.state === "voided" ? "claimed" : claim.state,
          invoice: claim.invoice_id === null ? null : publicId("invoice", claim.invoice_id),
          invoice_number: claim.invoice_number,
        })),
        gaps: gaps.map((gap) => ({ price_code: gap.priceCode, ...rangeToWire(gap), reason: gap.reason })),
        overlaps: overlaps.map((overlap) => ({ price_code: overlap.priceCode, ...rangeToWire(overlap) })),
        paused: paused.map(rangeToWire),
        complete,
      },
    };
  },
});

function rangeToWire({
  start,
  end,
}: {
  readonly start: { toString(): string };
  readonly end: { toString(): string };
}) {
  return { period_start: start.toString(), period_end: end.toString() };
}

export const subscriptionCoverageRoutes: readonly Route[] = [coverage];
