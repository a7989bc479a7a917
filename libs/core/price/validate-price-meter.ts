import type { ErrorPlace } from "../errors.ts";
import { looksAtEvents } from "../rating/rate-bucket.ts";
import type { Meter } from "../usage/meter.ts";
import type { Price } from "./price.ts";

/** Everything wrong with a usage price on this meter: single events that do not add up to it, groups that it does not have. */
export function validatePriceMeter(
  price: Price,
  meter: Pick<Meter, "code" | "aggregation" | "groupBy">,
  path: string,
): ErrorPlace[] {
  const places: ErrorPlace[] = [];
  const { code, aggregation, groupBy } = meter;
  if (looksAtEvents(price.chargeModel) && aggregation !== "sum" && aggregation !== "count") {
    const message = `a price of single events needs a meter that is their sum or count; ${code} is ${aggregation}`;
    places.push({ path: `${path}.meter`, code: "price_meter_unsuitable", message });
  }
  price.ratePer?.groupBy.forEach((property, index) => {
    if (groupBy.includes(property)) return;
    const allowed = groupBy.length === 0 ? "it has no groups" : `it groups by ${groupBy.join(", ")}`;
    const message = `meter ${code} does not group by ${JSON.stringify(property)}: ${allowed}`;
    places.push({ path: `${path}.rate_per.group_by.${index}`, code: "price_group_by_invalid", message });
  });
  return places;
}
