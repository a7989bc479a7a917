import { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { findJobByKey } from "#libs/data/jobs.ts";
import { findTestClock, saveTestClock, type TestClockRow } from "#libs/data/test-clocks.ts";

/**
 * Sends a test clock forward to `to`; a job takes it from due instant to due instant, as `step-test-clock.ts` says.
 * @throws `clock_not_found`; `clock_advancing` while it is on its way; `clock_invalid` for a time that is not later
 */
export async function advanceTestClock(
  tx: TenantTx,
  input: { readonly clockId: string; readonly to: Temporal.Instant },
): Promise<{ readonly clock: TestClockRow; readonly jobId: string }> {
  const clock = await findTestClock(tx, true);
  if (clock?.id !== input.clockId) throw domainError("clock_not_found");
  if (clock.state === "advancing") {
    throw domainError(
      "clock_advancing",
      `the clock is on its way to ${clock.target_at.toISOString()}; wait until its job has succeeded`,
    );
  }
  if (Temporal.Instant.compare(input.to, tx.now) <= 0) {
    throw domainError(
      "clock_invalid",
      `the clock stands at ${tx.now.toString()} and goes forward only; ${input.to.toString()} is not later`,
    );
  }
  await saveTestClock(tx, { state: "advancing", targetAt: input.to });
  const to = input.to.toString();
  await emitEvents(tx, [
    { type: "test_clock.advance_requested", subjectType: "test_clock", subjectId: clock.id, data: { to } },
  ]);
  await writeAudit(tx, {
    action: "test_clock.advance",
    targetType: "test_clock",
    targetId: clock.id,
    before: { now: tx.now.toString() },
    after: { target: to },
  });
  const job = await findJobByKey(tx, `test_clock.advance/${clock.id}/${to}`);
  if (job === null) throw domainError("internal", "the clock's job was not written");
  return { clock: (await findTestClock(tx)) ?? clock, jobId: job.id };
}
