import type { PaymentLinkKeys } from "#libs/core/payment/payment-link-token.ts";
import type { Database } from "#libs/data/database.ts";
import type { Failpoint } from "#libs/platform/failpoint.ts";
import type { Logger } from "#libs/platform/logger.ts";
import type { Mailer } from "#libs/platform/mail/mailer.ts";
import type { PdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import type { ObjectStore } from "#libs/platform/storage/object-store.ts";
import type { SecretBox } from "#libs/platform/secret-box.ts";
import type { StripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import type { WebhookSender } from "#libs/platform/webhook/webhook-sender.ts";

/**
 * Everything a verb may need of the outside, built by hand in each app's main. A stage that is switched off is
 * null, and counts as done.
 */
export type Deps = {
  readonly database: Database;
  readonly logger: Logger;
  readonly failpoint: Failpoint;
  /** How long an attempt or an effect may be silent before another worker takes over. */
  readonly leaseMs: number;
  readonly pdf: PdfRenderer;
  readonly store: ObjectStore;
  readonly mailer: Mailer | null;
  /** Sender of mails when the tenant has set none. */
  readonly mailFrom: string;
  readonly stripe: StripeClient | null;
  /** How customers pay by themselves; null without Stripe, its publishable key or PAYMENT_LINK_SECRET. */
  readonly paymentLinks: PaymentLinks | null;
  /** Keeps tenants' secrets; null without MASTER_KEY. */
  readonly secrets: SecretBox | null;
  readonly webhooks: WebhookSender;
  readonly publicUrl: string;
  /** Receiver of the summary when a run completes; null = nobody. */
  readonly notifyEmail: string | null;
  readonly batchSize: number;
};

export type PaymentLinks = { readonly keys: PaymentLinkKeys; readonly browser: StripeBrowser };
