import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findTenant, setTenantClock } from "#libs/data/tenants.ts";
import { findTestClock, insertTestClock, type TestClockRow } from "#libs/data/test-clocks.ts";

/**
 * Gives a test tenant a clock of its own: from now on its business time stands at `now` until it is advanced. A tenant that
 * was made with a clock keeps where it stands, or moves forward to `now`.
 * @throws `clock_invalid` for a live tenant, or a time before its clock; `clock_taken` when it has one already
 */
export async function createTestClock(
  tx: TenantTx,
  input: { readonly now?: Temporal.Instant },
): Promise<TestClockRow> {
  const tenant = await findTenant(tx);
  if (tenant?.mode !== "test") {
    throw domainError("clock_invalid", "a live tenant follows real time; only a test tenant may own a clock");
  }
  const now = input.now ?? tx.now;
  if (tenant.clock_now !== null && now.epochMilliseconds < tenant.clock_now.getTime()) {
    const stands = tenant.clock_now.toISOString();
    throw domainError(
      "clock_invalid",
      `the clock stands at ${stands} and goes forward only; ${now.toString()} is earlier`,
    );
  }
  if (!(await insertTestClock(tx, now))) throw domainError("clock_taken");
  await setTenantClock(tx, now);
  const clock = await findTestClock(tx);
  if (clock === null) throw domainError("clock_not_found");
  await writeAudit(tx, {
    action: "test_clock.create",
    targetType: "test_clock",
    targetId: clock.id,
    after: { now: now.toString() },
  });
  return clock;
}
