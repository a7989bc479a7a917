import { GROUP_PROPERTIES_MAX } from "#libs/core/usage/validate-meter.ts";
import { z } from "zod";
import type { MeterChange } from "#libs/billing/catalog/update-meter.ts";
import { defined } from "#libs/core/defined.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { Meter, MeterFilter } from "#libs/core/usage/meter.ts";
import type { MeterRow } from "#libs/data/meters.ts";
import { codeText, text, timestampToWire, version } from "./wire-values.ts";

const aggregation = z.enum([
  "count",
  "sum",
  "max",
  "min",
  "unique_count",
  "latest",
  "weighted_sum",
  "percentile",
]);
const filter = z.strictObject({
  property: text(100),
  op: z.enum(["in", "not_in", "exists"]),
  values: z.array(text(500)).max(100).optional(),
});
const options = {
  event_type: text(255).optional().meta({ description: "Default: the code; several meters may share one" }),
  value_property: text(100).nullable().optional(),
  percentile: z.number().meta({ exclusiveMinimum: 0, maximum: 100 }).nullable().optional(),
  operation_property: text(100).nullable().optional(),
  carry_over: z.boolean().optional(),
  negative: z.enum(["keep", "floor"]).optional(),
  filters: z.array(filter).max(20).optional(),
  group_by: z.array(text(100)).meta({ maxItems: GROUP_PROPERTIES_MAX }).optional(),
  unit: text(50).nullable().optional(),
};

/** `POST /v1/meters`. */
export const createMeterBody = z.strictObject({ code: codeText, name: text(200), aggregation, ...options });
/** `PATCH /v1/meters/{id}`: what is left out stays; null takes a value away. */
export const updateMeterBody = z.strictObject({
  name: text(200).optional(),
  aggregation: aggregation.optional(),
  ...options,
});

export const meterWire = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  event_type: z.string(),
  aggregation,
  value_property: z.string().nullable(),
  percentile: z.number().nullable(),
  operation_property: z.string().nullable(),
  carry_over: z.boolean(),
  negative: z.enum(["keep", "floor"]),
  filters: z.array(filter),
  group_by: z.array(z.string()),
  unit: z.string().nullable(),
  definition_version: z.int(),
  version,
  created_at: z.string(),
  updated_at: z.string(),
});

export function parseMeter(body: z.infer<typeof createMeterBody>): Meter {
  return defined({
    code: body.code,
    name: body.name,
    eventType: body.event_type ?? body.code,
    aggregation: body.aggregation,
    valueProperty: body.value_property ?? undefined,
    percentile: body.percentile ?? undefined,
    operationProperty: body.operation_property ?? undefined,
    carryOver: body.carry_over ?? false,
    negative: body.negative ?? "keep",
    filters: parseFilters(body.filters ?? []),
    groupBy: body.group_by ?? [],
    unit: body.unit ?? undefined,
  });
}

export function parseMeterChange(body: z.infer<typeof updateMeterBody>): MeterChange {
  return defined({
    name: body.name,
    eventType: body.event_type,
    aggregation: body.aggregation,
    valueProperty: body.value_property,
    percentile: body.percentile,
    operationProperty: body.operation_property,
    carryOver: body.carry_over,
    negative: body.negative,
    filters: body.filters && parseFilters(body.filters),
    groupBy: body.group_by,
    unit: body.unit,
  });
}

function parseFilters(filters: readonly z.infer<typeof filter>[]): MeterFilter[] {
  return filters.map((entry) => defined(entry));
}

export function meterToWire(row: MeterRow): z.infer<typeof meterWire> {
  const meter = row.definition;
  return {
    id: publicId("meter", row.id),
    code: row.code,
    name: row.name,
    event_type: row.event_type,
    aggregation: meter.aggregation,
    value_property: meter.valueProperty ?? null,
    percentile: meter.percentile ?? null,
    operation_property: meter.operationProperty ?? null,
    carry_over: meter.carryOver,
    negative: meter.negative,
    filters: meter.filters.map(({ property, op, values }) =>
      defined({ property, op, values: values && [...values] }),
    ),
    group_by: [...meter.groupBy],
    unit: meter.unit ?? null,
    definition_version: row.definition_version,
    version: row.version,
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
  };
}
