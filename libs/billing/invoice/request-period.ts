import { Temporal } from "temporal-polyfill";
import { assertTimezone, localToInstant } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { findJobByKey } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";
import { checkPeriod, type GeneratePeriodInput } from "./generate-period.ts";

/**
 * Asks for the invoice of one period: refuses what can never be billed, and writes the job that bills it. The same
 * idempotency key is the same job.
 * @throws DomainError what `generatePeriod` throws; idempotency_key_reused for another period
 */
export async function requestPeriod(
  tx: TenantTx,
  input: GeneratePeriodInput,
): Promise<{ readonly jobId: string }> {
  await checkPeriod(tx, input);
  const { subscriptionId, period, idempotencyKey } = input;
  const key = idempotencyKey ?? newId();
  const data = {
    key,
    named: idempotencyKey !== null,
    period_start: period.start.toString(),
    period_end: period.end.toString(),
  };
  const [made] = await planJobs(tx, [
    { type: "invoice.generation_requested", subjectType: "subscription", subjectId: subscriptionId, data },
  ]);
  if (made !== undefined) {
    const audit = { action: "invoice.generate", targetType: "subscription", targetId: subscriptionId };
    await writeAudit(tx, { ...audit, after: data });
    return { jobId: made };
  }
  const known = await findJobByKey(tx, `invoice.generate_period/${key}`);
  const payload = known?.payload ?? {};
  const isSame =
    payload["subscriptionId"] === subscriptionId &&
    payload["periodStart"] === data.period_start &&
    payload["periodEnd"] === data.period_end;
  if (known === null || !isSame) {
    throw domainError(
      "idempotency_key_reused",
      `idempotency_key ${JSON.stringify(key)} was used for another period: ${String(payload["periodStart"])} to ${String(payload["periodEnd"])}.`,
    );
  }
  return { jobId: known.id };
}

/**
 * An instant as a caller may write it: RFC 3339 with an offset, or a local date or date-time of `timezone`.
 * @throws DomainError fields_invalid, timezone_unknown
 */
export function readInstant(path: string, written: string, timezone: string): Temporal.Instant {
  try {
    if (/(?:Z|[+-]\d{2}:?\d{2})$/i.test(written) && written.includes("T"))
      return Temporal.Instant.from(written);
    return localToInstant(Temporal.PlainDateTime.from(written), assertTimezone(timezone));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `must be an RFC 3339 time, or a local date such as 2026-03-01; got ${JSON.stringify(written)}`;
    throw domainError("fields_invalid", `${path} ${message}`, {
      errors: [{ path, code: "value_invalid", message }],
    });
  }
}
