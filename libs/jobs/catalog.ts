import type { Causes } from "#libs/core/events.ts";
import { billingRunNotify } from "./billing-run-notify.job.ts";
import { billingRunPlan } from "./billing-run-plan.job.ts";
import { creditNoteRefund } from "./credit-note-refund.job.ts";
import type { AnyJob } from "./define-job.ts";
import { invoiceCollect } from "./invoice-collect.job.ts";
import { invoiceEmail } from "./invoice-email.job.ts";
import { invoiceRemind } from "./invoice-remind.job.ts";
import { invoiceFinalize } from "./invoice-finalize.job.ts";
import { invoiceGeneratePeriod } from "./invoice-generate-period.job.ts";
import { invoiceGenerate } from "./invoice-generate.job.ts";
import { invoiceRenderPdf } from "./invoice-render-pdf.job.ts";
import { invoiceSend } from "./invoice-send.job.ts";
import { invoiceSettleStripe } from "./invoice-settle-stripe.job.ts";
import { invoiceStorePdf } from "./invoice-store-pdf.job.ts";
import { invoiceSyncStripe } from "./invoice-sync-stripe.job.ts";
import { invoiceVoidStripe } from "./invoice-void-stripe.job.ts";
import { paymentRetry } from "./payment-retry.job.ts";
import { paymentWithdraw } from "./payment-withdraw.job.ts";
import { reconciliationRun } from "./reconciliation-run.job.ts";
import { refundPayOut } from "./refund-pay-out.job.ts";
import { stripeApplyEvent } from "./stripe-apply-event.job.ts";
import { stripeLook } from "./stripe-look.job.ts";
import { testClockAdvance } from "./test-clock-advance.job.ts";
import { usageAdoptCustomer, usageAdoptMeter } from "./usage-adopt.job.ts";
import { usageImport } from "./usage-import.job.ts";
import { usageRecount } from "./usage-recount.job.ts";
import { usageSettleLate } from "./usage-settle-late.job.ts";
import { webhookDeliver } from "./webhook-deliver.job.ts";
import { webhookEndpointNotify } from "./webhook-endpoint-notify.job.ts";

const list: readonly AnyJob[] = [
  billingRunPlan,
  invoiceGenerate,
  invoiceGeneratePeriod,
  invoiceFinalize,
  invoiceRenderPdf,
  invoiceStorePdf,
  invoiceEmail,
  invoiceRemind,
  invoiceSend,
  invoiceSyncStripe,
  invoiceCollect,
  invoiceSettleStripe,
  invoiceVoidStripe,
  paymentRetry,
  paymentWithdraw,
  creditNoteRefund,
  refundPayOut,
  stripeApplyEvent,
  stripeLook,
  usageAdoptCustomer,
  usageAdoptMeter,
  usageImport,
  usageRecount,
  usageSettleLate,
  reconciliationRun,
  billingRunNotify,
  testClockAdvance,
  webhookDeliver,
  webhookEndpointNotify,
];

/** Every job that this code knows, by name. An explicit list: adding a job means adding a line. */
export const jobCatalog: ReadonlyMap<string, AnyJob> = new Map(list.map((job) => [job.name, job]));

/** Which jobs an event causes, in the order of the catalog. */
export const causes: Causes = (event) =>
  list.flatMap((job) => {
    if (!job.causedBy.includes(event.type)) return [];
    const seed = job.seedOf(event);
    return seed === null ? [] : [seed];
  });
