import type { ErrorPlace } from "../errors.ts";
import type { Aggregation, Meter, MeterFilter } from "./meter.ts";

/** Whether the state before a period can count in it (`carry_over`). */
const carriesByAggregation: Readonly<Record<Aggregation, boolean>> = {
  count: false,
  sum: false,
  max: false,
  min: false,
  unique_count: true,
  latest: true,
  weighted_sum: true,
  percentile: false,
};

export const GROUP_PROPERTIES_MAX = 10;

/**
 * What is wrong with a meter's definition, with the paths of the wire format (`value_property`, `filters.0.values`); empty
 * when it can be used. Codes: `required`, `not_allowed`, `value_unknown`, `out_of_range`, `duplicate`.
 */
export function validateMeter(meter: Meter): ErrorPlace[] {
  const known = Object.hasOwn(carriesByAggregation, meter.aggregation);
  return [
    ...requiredTexts(meter),
    ...(known ? aggregationPlaces(meter) : [unknownAggregation(meter)]),
    ...(["keep", "floor"].includes(meter.negative)
      ? []
      : [place("negative", "value_unknown", `negative is keep or floor, got "${meter.negative}"`)]),
    ...meter.filters.flatMap(filterPlaces),
    ...groupPlaces(meter.groupBy),
  ];
}

function requiredTexts(meter: Meter): ErrorPlace[] {
  const texts = { code: meter.code, name: meter.name, event_type: meter.eventType };
  const optional = { value_property: meter.valueProperty, operation_property: meter.operationProperty };
  return [...Object.entries(texts), ...Object.entries(optional)]
    .filter(([, text]) => text !== undefined && text.trim() === "")
    .map(([path]) => place(path, "required", `${path} must not be empty`));
}

function aggregationPlaces(meter: Meter): ErrorPlace[] {
  const places: ErrorPlace[] = [];
  const { aggregation, percentile } = meter;
  if (aggregation === "count" && meter.valueProperty !== undefined) {
    places.push(place("value_property", "not_allowed", "count looks at no value; use sum to add values up"));
  }
  if (aggregation === "percentile" && percentile === undefined) {
    places.push(place("percentile", "required", "percentile is a number above 0 and up to 100"));
  }
  if (percentile !== undefined && aggregation !== "percentile") {
    places.push(
      place(
        "percentile",
        "not_allowed",
        `percentile goes with the aggregation percentile, not ${aggregation}`,
      ),
    );
  } else if (percentile !== undefined && !(percentile > 0 && percentile <= 100)) {
    places.push(
      place("percentile", "out_of_range", `percentile is above 0 and up to 100, got ${percentile}`),
    );
  }
  if (meter.operationProperty !== undefined && aggregation !== "unique_count") {
    places.push(
      place(
        "operation_property",
        "not_allowed",
        `operation_property goes with unique_count, not ${aggregation}`,
      ),
    );
  }
  if (meter.carryOver && !carriesByAggregation[aggregation]) {
    places.push(
      place(
        "carry_over",
        "not_allowed",
        `carry_over goes with latest, weighted_sum and unique_count, not ${aggregation}`,
      ),
    );
  }
  return places;
}

function unknownAggregation(meter: Meter): ErrorPlace {
  const allowed = Object.keys(carriesByAggregation).join(", ");
  return place(
    "aggregation",
    "value_unknown",
    `aggregation is one of ${allowed}; got "${meter.aggregation}"`,
  );
}

function filterPlaces(filter: MeterFilter, index: number): ErrorPlace[] {
  const path = `filters.${index}`;
  const places: ErrorPlace[] = [];
  if (filter.property.trim() === "") {
    places.push(place(`${path}.property`, "required", "a filter names a property"));
  }
  if (!["in", "not_in", "exists"].includes(filter.op)) {
    places.push(place(`${path}.op`, "value_unknown", `op is in, not_in or exists, got "${filter.op}"`));
  } else if (filter.op === "exists" && (filter.values?.length ?? 0) > 0) {
    places.push(place(`${path}.values`, "not_allowed", "exists takes no values"));
  } else if (filter.op !== "exists" && (filter.values?.length ?? 0) === 0) {
    places.push(place(`${path}.values`, "required", `${filter.op} needs at least one value`));
  }
  return places;
}

function groupPlaces(groupBy: readonly string[]): ErrorPlace[] {
  const places = groupBy.flatMap((property, index) => {
    if (property.trim() === "") return [place(`group_by.${index}`, "required", "group_by names a property")];
    if (groupBy.indexOf(property) === index) return [];
    return [place(`group_by.${index}`, "duplicate", `group_by names "${property}" twice`)];
  });
  if (groupBy.length <= GROUP_PROPERTIES_MAX) return places;
  return [
    ...places,
    place(
      "group_by",
      "out_of_range",
      `group_by names up to ${GROUP_PROPERTIES_MAX} properties, got ${groupBy.length}`,
    ),
  ];
}

function place(path: string, code: string, message: string): ErrorPlace {
  return { path, code, message };
}
