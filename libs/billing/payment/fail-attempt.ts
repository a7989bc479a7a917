import type { DomainError } from "#libs/core/errors.ts";
import { canRetryDecline } from "#libs/core/payment/can-retry-decline.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { type AttemptRow, closeAttempt, findAttempt } from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";

/** How long a declined attempt waits for the next one, by its number from 1; after the last nobody tries again. */
export const retryDelaysMs: readonly number[] = [3_000, 3_600_000, 86_400_000];

/**
 * Closes an attempt that brought no money and says when the next one is due. `retry` is false where trying again
 * the same way cannot help, as after a decline that is final. Emits payment.failed.
 */
export async function failAttempt(
  tx: TenantTx,
  attempt: AttemptRow,
  end: {
    readonly state: "failed" | "canceled";
    readonly providerId: string | null;
    readonly failure: { readonly code: string; readonly message: string };
    readonly retry: boolean;
  },
): Promise<void> {
  const retryAfterMs = end.retry ? (retryDelaysMs[attempt.attempt_no - 1] ?? null) : null;
  await closeAttempt(tx, attempt.id, { ...end, retryAfterMs });
  await emitFailed(tx, attempt, { code: end.failure.code, retryAfterMs });
}

/** Closes an attempt that the provider would not even take, unless it has gone on meanwhile. */
export async function closeRefused(tx: TenantTx, attempt: AttemptRow, error: DomainError): Promise<void> {
  await lockPayableInvoice(tx, attempt.invoice_id);
  const now = await findAttempt(tx, { provider: "stripe", attemptId: attempt.id, providerId: "" });
  if (now?.state !== "open") return;
  const { declineCode, adviceCode } = error.details;
  const decline = { code: textOrNull(declineCode), adviceCode: textOrNull(adviceCode) };
  const failure = { code: decline.code ?? error.code, message: error.message };
  const retry = error.code === "payment_declined" && canRetryDecline(decline);
  await failAttempt(tx, now, { state: "failed", providerId: null, failure, retry });
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Says that a try brought no money; `retryAfterMs` null: nobody tries again by itself. */
export async function emitFailed(
  tx: TenantTx,
  attempt: AttemptRow,
  failed: { readonly code: string; readonly retryAfterMs: number | null },
): Promise<void> {
  await emitEvents(tx, [
    {
      type: "payment.failed",
      subjectType: "payment",
      subjectId: attempt.id,
      data: {
        invoice_id: attempt.invoice_id,
        code: failed.code,
        attempt_no: attempt.attempt_no,
        retry_in_ms: failed.retryAfterMs,
      },
    },
  ]);
}
