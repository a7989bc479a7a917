import type { Mailer, OutgoingMail } from "#libs/platform/mail/mailer.ts";
import type { Deps } from "../deps.ts";
import { runEffect } from "../effect/run-effect.ts";

/** `unknown`: it may or may not arrive; it is not sent again by itself. */
export type MailOutcome = { readonly sent: string } | { readonly unknown: string };

/**
 * Hands a mail about an invoice over, once for its business key. Whether a mail arrived whose process died, or whose
 * connection broke, nobody can be asked: it is kept as unknown, logged, and never sent again by itself.
 * @throws DomainError mail_unavailable, mail_rejected, effect_in_progress
 */
export async function sendMailOnce(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "logger">,
  mailer: Mailer,
  input: {
    readonly tenantId: string;
    readonly invoiceId: string;
    readonly number: string;
    readonly kind: "email.invoice" | "email.reminder";
    readonly businessKey: string;
    readonly mail: OutgoingMail;
  },
): Promise<MailOutcome> {
  const { tenantId, invoiceId, number, kind, businessKey, mail } = input;
  const result = await runEffect<{ readonly messageId: string; readonly providerId: string }>(deps, {
    ...{ tenantId, kind, businessKey },
    probe: async ({ wasInFlight }) =>
      wasInFlight
        ? { outcome: "unknown", reason: "the process ended while it was handing the mail over" }
        : null,
    act: async () => {
      const answer = await mailer.send(mail);
      if (answer.outcome === "unknown") return answer;
      return { outcome: "done", value: { messageId: mail.messageId, providerId: answer.providerId } };
    },
    externalId: (value) => value.messageId,
    isRefusalCertain: true,
  });
  if (result.outcome === "done") return { sent: result.value.messageId };
  deps.logger.warn("it is unknown whether a mail was delivered", {
    ...{ tenant_id: tenantId, invoice_id: invoiceId, number, kind, reason: result.reason },
  });
  return { unknown: result.reason };
}
