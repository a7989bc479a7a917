import { isDeepStrictEqual } from "node:util";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { validateMeter } from "#libs/core/usage/validate-meter.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findMeter, hasEventsOfTypes, lockMeter, type MeterRow, updateMeterRow } from "#libs/data/meters.ts";
import { assertVersion } from "./assert-version.ts";

/** Fields to set; null takes an optional one away. */
export type MeterChange = {
  readonly [Field in keyof Omit<Meter, "code">]?:
    | Meter[Field]
    | (undefined extends Meter[Field] ? null : never);
};

/**
 * Changes a meter. Its name and unit may change at any time; what it counts and how only while no event of its
 * type (the old one or the new one) exists, and makes a new version of the definition.
 * Throws `meter_not_found`, `version_conflict`, `meter_definition_frozen`, `fields_invalid`.
 */
export async function updateMeter(
  tx: TenantTx,
  input: { readonly meter: ObjectRef; readonly ifVersion?: number; readonly change: MeterChange },
): Promise<MeterRow> {
  const before = await lockMeter(tx, input.meter);
  if (before === null) throw domainError("meter_not_found", `there is no meter ${refText(input.meter)}`);
  assertVersion("meter", before.version, input.ifVersion);
  const changed = Object.fromEntries(
    Object.entries({ ...before.definition, ...input.change }).filter(([, value]) => value != null),
  ) as Meter;
  assertNoPlaces(validateMeter(changed));
  const isNewDefinition = !isDeepStrictEqual(counting(before.definition), counting(changed));
  if (isNewDefinition && (await hasEventsOfTypes(tx, [before.event_type, changed.eventType]))) {
    const fields = changedFields(counting(before.definition), counting(changed));
    throw domainError(
      "meter_definition_frozen",
      `events of the type ${JSON.stringify(before.event_type)} exist, so ${fields.join(", ")} of the meter ${before.code} cannot change ` +
        "(name and unit can); create a meter with a new code instead",
      {
        errors: fields.map((path) => ({
          path,
          code: "meter_definition_frozen",
          message: "cannot change once events exist",
        })),
      },
    );
  }
  await updateMeterRow(tx, before.id, changed, isNewDefinition);
  const after = await findMeter(tx, { id: before.id });
  if (after === null) throw domainError("internal", `meter ${before.id} vanished while it was changed`);
  await writeAudit(tx, {
    action: "meter.update",
    targetType: "meter",
    targetId: before.id,
    before,
    after,
  });
  return after;
}

/** The part of a meter that decides what is counted. */
function counting(meter: Meter): Readonly<Record<string, unknown>> {
  const { name: _name, unit: _unit, ...rest } = meter;
  return rest;
}

function changedFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}
