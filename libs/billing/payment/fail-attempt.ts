import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { type AttemptRow, closeAttempt } from "#libs/data/payment-attempts.ts";

/** How long a declined attempt waits for the next one, by its number from 1; after the last nobody tries again. */
export const retryDelaysMs: readonly number[] = [3_000, 3_600_000, 86_400_000];

/**
 * Closes an attempt that brought no money and says when the next one is due. `retry` is false where trying again
 * the same way cannot help. Emits payment.failed.
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
  await emitEvents(tx, [
    {
      type: "payment.failed",
      subjectType: "payment",
      subjectId: attempt.id,
      data: {
        invoice_id: attempt.invoice_id,
        code: end.failure.code,
        attempt_no: attempt.attempt_no,
        retry_in_ms: retryAfterMs,
      },
    },
  ]);
}
