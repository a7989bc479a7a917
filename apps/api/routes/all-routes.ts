import type { Route } from "../define-route.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { auditLogRoutes } from "./audit-log.ts";
import { billingRunRoutes } from "./billing-runs.ts";
import { couponRoutes } from "./coupons.ts";
import { creditNoteRoutes } from "./credit-notes.ts";
import { creditRoutes } from "./credits.ts";
import { customerRoutes } from "./customers.ts";
import { disputeRoutes } from "./disputes.ts";
import { docsRoutes } from "./docs.ts";
import { healthRoutes } from "./health.ts";
import { invoiceDraftRoutes } from "./invoice-drafts.ts";
import { invoiceEndRoutes } from "./invoice-ends.ts";
import { invoiceGenerationRoutes } from "./invoice-generation.ts";
import { invoiceImportRoutes } from "./invoice-imports.ts";
import { invoiceProofRoutes } from "./invoice-proofs.ts";
import { invoiceRoutes } from "./invoices.ts";
import { jobRoutes } from "./jobs.ts";
import { ledgerRoutes } from "./ledger.ts";
import { meterRoutes } from "./meters.ts";
import { paymentLinkRoutes } from "./payment-links.ts";
import { paymentRoutes } from "./payments.ts";
import { planRoutes } from "./plans.ts";
import { reconciliationRoutes } from "./reconciliations.ts";
import { reportRoutes } from "./reports.ts";
import { scheduleRoutes } from "./schedules.ts";
import { publicPayRoutes } from "./public-pay.ts";
import { settingsRoutes } from "./settings.ts";
import { subscriptionChangeRoutes } from "./subscription-changes.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { subscriptionCoverageRoutes } from "./subscription-coverage.ts";
import { subscriptionPeriodRoutes } from "./subscription-periods.ts";
import { taxRateRoutes } from "./tax-rates.ts";
import { templateRoutes } from "./templates.ts";
import { testClockRoutes } from "./test-clocks.ts";
import { eventImportRoutes } from "./event-imports.ts";
import { usageRoutes } from "./usage.ts";
import { webhookDeliveryRoutes } from "./webhook-deliveries.ts";
import { webhookEndpointRoutes } from "./webhook-endpoints.ts";
import { webhookRoutes } from "./webhooks.ts";

const routes: readonly Route[] = [
  ...usageRoutes,
  ...eventImportRoutes,
  ...customerRoutes,
  ...couponRoutes,
  ...creditRoutes,
  ...meterRoutes,
  ...planRoutes,
  ...taxRateRoutes,
  ...testClockRoutes,
  ...subscriptionRoutes,
  ...subscriptionCoverageRoutes,
  ...subscriptionPeriodRoutes,
  ...subscriptionChangeRoutes,
  ...invoiceRoutes,
  ...invoiceDraftRoutes,
  ...invoiceGenerationRoutes,
  ...invoiceImportRoutes,
  ...invoiceEndRoutes,
  ...invoiceProofRoutes,
  ...paymentLinkRoutes,
  ...paymentRoutes,
  ...disputeRoutes,
  ...publicPayRoutes,
  ...creditNoteRoutes,
  ...billingRunRoutes,
  ...jobRoutes,
  ...scheduleRoutes,
  ...ledgerRoutes,
  ...reportRoutes,
  ...reconciliationRoutes,
  ...settingsRoutes,
  ...templateRoutes,
  ...apiKeyRoutes,
  ...auditLogRoutes,
  ...webhookEndpointRoutes,
  ...webhookDeliveryRoutes,
  ...webhookRoutes,
  ...healthRoutes,
];

/** Every route of the API, in the order in which the reference shows them. */
export const allRoutes: readonly Route[] = [...routes, ...docsRoutes(routes)];
