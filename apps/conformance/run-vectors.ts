import type { Adapter } from "./answer.ts";
import { answerAggregation } from "./areas/aggregation.ts";
import { answerChargeModels } from "./areas/charge-models.ts";
import { answerInvoices } from "./areas/invoices.ts";
import { answerPeriods } from "./areas/periods.ts";
import { answerProration } from "./areas/proration.ts";
import { answerWebhooks } from "./areas/webhooks-stripe.ts";
import { judgeCase } from "./judge-case.ts";
import { notApplicable } from "./not-applicable.ts";
import type { Area, VectorCase } from "./read-vectors.ts";
import type { Judged } from "./report.ts";

export type Adapters = Readonly<Record<Area, Adapter>>;

/** The public functions of the libraries, asked directly. */
export const coreAdapters: Adapters = {
  charge_models: answerChargeModels,
  periods: answerPeriods,
  proration: answerProration,
  invoices: answerInvoices,
  aggregation: answerAggregation,
  webhooks_stripe: answerWebhooks,
};

/** Judges every case by itself, in order; an adapter is handed its input alone. */
export async function runVectors(
  cases: readonly VectorCase[],
  adapters: Adapters,
  options: { readonly mutate: boolean },
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const each of cases) {
    const reason = notApplicable(each);
    const verdict =
      reason === null
        ? await judgeCase(each, adapters[each.area], options.mutate)
        : ({ verdict: "n/a", reason } as const);
    judged.push({ area: each.area, id: each.id, verdict });
  }
  return judged;
}
