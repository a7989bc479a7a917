import { type CheckedEvent, checkEvent, isRecord } from "./check-event.ts";
import type { EventRefusalCode } from "./usage-event-input.ts";

const numeric = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;

/** Whether a JSON object calls itself a CloudEvent. */
export function isCloudEvent(given: unknown): boolean {
  return isRecord(given) && Object.hasOwn(given, "specversion");
}

/**
 * Reads a CloudEvents 1.0 event: `type` is the event type, `subject` the customer, `time` the timestamp, `data` an object
 * of properties whose number `value` is also the event's value, or a bare number. The extension attribute `subscription` is
 * taken; other extensions carry no meaning here and are left out.
 */
export function checkCloudEvent(index: number, given: unknown): CheckedEvent {
  const refuse = (path: string, code: EventRefusalCode, message: string): CheckedEvent => {
    const id = isRecord(given) && typeof given["id"] === "string" ? given["id"].slice(0, 255) : null;
    return { refused: { index, id, code, message, path } };
  };
  if (!isRecord(given)) return refuse("", "event_malformed", "a CloudEvent is an object");
  if (given["specversion"] !== "1.0") {
    return refuse(
      "specversion",
      "field_invalid",
      `specversion is "1.0", got ${JSON.stringify(given["specversion"])?.slice(0, 40)}`,
    );
  }
  if (given["data_base64"] !== undefined) {
    return refuse("data_base64", "field_invalid", "data is JSON, not base64");
  }
  for (const name of ["source", "type"] as const) {
    if (given[name] === undefined) return refuse(name, "field_required", `${name} is required`);
  }
  if (given["subject"] === undefined)
    return refuse("subject", "field_required", "subject names the customer");
  const data = given["data"];
  if (data !== undefined && data !== null && !isRecord(data) && !isNumeric(data)) {
    return refuse("data", "field_invalid", "data is an object of properties, or a number");
  }
  const value = isRecord(data) ? data["value"] : data;
  const checked = checkEvent(index, {
    id: given["id"],
    source: given["source"],
    event_type: given["type"],
    customer: given["subject"],
    ...(given["subscription"] === undefined ? {} : { subscription: given["subscription"] }),
    ...(given["time"] === undefined ? {} : { timestamp: given["time"] }),
    ...(isNumeric(value) ? { value } : {}),
    ...(isRecord(data) ? { properties: data } : {}),
  });
  return "refused" in checked ? { refused: inCloudEventWords(checked.refused) } : checked;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && numeric.test(value));
}

const words: Readonly<Record<string, string>> = {
  event_type: "type",
  customer: "subject",
  timestamp: "time",
  value: "data.value",
};

function inCloudEventWords<T extends { readonly path: string }>(refused: T): T {
  const path = words[refused.path] ?? refused.path.replace(/^properties/, "data");
  return { ...refused, path };
}
