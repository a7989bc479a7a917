import type { Adapter } from "./answer.ts";
import { apiAggregation } from "./api/api-aggregation.ts";
import { apiChargeModels } from "./api/api-charge-models.ts";
import type { ApiClient } from "./api/api-client.ts";
import { apiPeriods } from "./api/api-periods.ts";
import { answerAggregation } from "./areas/aggregation.ts";
import { answerChargeModels } from "./areas/charge-models.ts";
import { answerInvoices } from "./areas/invoices.ts";
import { answerPeriods } from "./areas/periods.ts";
import { answerProration } from "./areas/proration.ts";
import { answerWebhooks } from "./areas/webhooks-stripe.ts";
import { judgeCase } from "./judge-case.ts";
import { apiRows, notApplicable, type NotApplicableRow } from "./not-applicable.ts";
import type { Area, VectorCase } from "./read-vectors.ts";
import type { Judged } from "./report.ts";

/** Who answers, and what it has no word for. */
export type Respondent = {
  readonly adapters: Readonly<Record<Area, Adapter>>;
  readonly notApplicable: readonly NotApplicableRow[];
};

/** The public functions of the libraries, asked directly. */
export const coreRespondent: Respondent = {
  adapters: {
    charge_models: answerChargeModels,
    periods: answerPeriods,
    proration: answerProration,
    invoices: answerInvoices,
    aggregation: answerAggregation,
    webhooks_stripe: answerWebhooks,
  },
  notApplicable: [],
};

/** A running Billwright. The areas that a request cannot express do not apply. */
export function apiRespondent(api: ApiClient): Respondent {
  return {
    adapters: {
      ...coreRespondent.adapters,
      charge_models: apiChargeModels(api),
      periods: apiPeriods(api),
      aggregation: apiAggregation(api),
    },
    notApplicable: apiRows,
  };
}

/** Judges every case by itself, in order; an adapter is handed its input alone. */
export async function runVectors(
  cases: readonly VectorCase[],
  respondent: Respondent,
  options: { readonly mutate: boolean },
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const each of cases) {
    const reason = notApplicable(each, respondent.notApplicable);
    const verdict =
      reason === null
        ? await judgeCase(each, respondent.adapters[each.area], options.mutate)
        : ({ verdict: "n/a", reason } as const);
    judged.push({ area: each.area, id: each.id, verdict });
  }
  return judged;
}
