import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import { assertExternalId } from "#libs/core/public-id.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { validateMeter } from "#libs/core/usage/validate-meter.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { findMeter, insertMeter, type MeterRow } from "#libs/data/meters.ts";
import { newId } from "#libs/data/new-id.ts";

/**
 * Creates a meter; events of its type that were sent before are adopted afterwards.
 * Throws `meter_code_taken`, `fields_invalid`.
 */
export async function createMeter(tx: TenantTx, meter: Meter): Promise<MeterRow> {
  assertNoPlaces([...placesOf("code", () => assertExternalId(meter.code)), ...validateMeter(meter)]);
  const id = newId();
  if (!(await insertMeter(tx, id, meter))) {
    throw domainError(
      "meter_code_taken",
      `the code ${JSON.stringify(meter.code)} names another meter; choose a new one`,
    );
  }
  const row = await findMeter(tx, { id });
  if (row === null) throw domainError("internal", `meter ${id} vanished while it was created`);
  await emitEvents(tx, [
    { type: "meter.created", subjectType: "meter", subjectId: id, data: { eventType: row.event_type } },
  ]);
  await writeAudit(tx, { action: "meter.create", targetType: "meter", targetId: id, after: row });
  return row;
}
