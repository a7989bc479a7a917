import { longestTrialDays } from "#libs/core/price/validate-price.ts";
import { z } from "zod";
import type { NewPlanVersion } from "#libs/billing/catalog/create-plan-version.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { defined } from "#libs/core/defined.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { PlanRow } from "#libs/data/plans.ts";
import { parsePrice, priceBody, priceToWire, priceWire } from "./price-wire.ts";
import {
  codeText,
  currencyCode,
  interval,
  moneyText,
  nullableTimestamp,
  text,
  timestampToWire,
  version,
  wholeNumber,
} from "./wire-values.ts";

const terms = {
  currency: currencyCode,
  interval,
  trial_days: wholeNumber(0, longestTrialDays).optional(),
  minimum_commitment: moneyText.nullable().optional(),
  maximum_amount: moneyText.nullable().optional(),
  prices: z.array(priceBody).max(100),
};

/** `POST /v1/plans`. */
export const createPlanBody = z.strictObject({ code: codeText, name: text(200), ...terms });
/** `POST /v1/plans/{id}/versions`: the whole terms; the name stays when it is left out. */
export const createPlanVersionBody = z.strictObject({ name: text(200).optional(), ...terms });

export const planWire = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  plan_version: z.int().meta({ description: "Which version these terms are; versions are immutable" }),
  currency: z.string(),
  interval,
  trial_days: z.int(),
  minimum_commitment: z.string().nullable(),
  maximum_amount: z.string().nullable(),
  prices: z.array(priceWire),
  archived_at: z.string().nullable(),
  version,
  created_at: z.string(),
});

/** Throws `fields_invalid` where a price lacks its charge model's terms or holds another's. */
export function parsePlan(body: z.infer<typeof createPlanBody>): Plan {
  return { ...parsePlanVersion(body), code: body.code, name: body.name };
}

/** As `parsePlan`, for the terms of a new version. */
export function parsePlanVersion(
  body: z.infer<typeof createPlanVersionBody>,
): Omit<NewPlanVersion, "plan" | "ifVersion"> {
  const places: ErrorPlace[] = [];
  const prices = body.prices.flatMap((price, index) => parsePrice(price, `prices.${index}`, places) ?? []);
  assertNoPlaces(places);
  return defined({
    name: body.name,
    currency: body.currency,
    interval: body.interval,
    trialDays: body.trial_days,
    minimumCommitment: body.minimum_commitment ?? undefined,
    maximumAmount: body.maximum_amount ?? undefined,
    prices,
  });
}

export function planToWire(row: PlanRow): z.infer<typeof planWire> {
  const { currency } = row;
  const amount = (minor: bigint | null) => (minor === null ? null : formatMoney({ minor, currency }));
  return {
    id: publicId("plan", row.id),
    code: row.code,
    name: row.name,
    plan_version: row.plan_version,
    currency,
    interval: { ...row.interval },
    trial_days: row.trial_days,
    minimum_commitment: amount(row.minimum_commitment_minor),
    maximum_amount: amount(row.maximum_amount_minor),
    prices: row.prices.map((price) => priceToWire(publicId("price", price.id), price.definition)),
    archived_at: nullableTimestamp(row.archived_at),
    version: row.version,
    created_at: timestampToWire(row.created_at),
  };
}
