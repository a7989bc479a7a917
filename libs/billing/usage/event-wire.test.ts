import { parseEventBody, parseEventJson, parseEventLines } from "./event-wire.ts";

const event = {
  id: "1",
  event_type: "call",
  customer: "acme",
  timestamp: "2026-03-31T20:30:00.1239+02:00",
  value: "2.50",
};
const read = {
  index: 0,
  id: "1",
  source: "",
  eventType: "call",
  customer: "acme",
  timestamp: "2026-03-31T18:30:00.123Z",
  value: "2.5",
  properties: {},
};
const bytes = (text: string) => new TextEncoder().encode(text);

describe("parseEventBody", () => {
  it.each([
    ["one event", "application/json; charset=utf-8", JSON.stringify(event)],
    ["an array", "application/json", JSON.stringify([event])],
    ["an object with events", "", JSON.stringify({ events: [event] })],
    ["a line of NDJSON", "application/x-ndjson", `${JSON.stringify(event)}\r\n`],
  ])("reads %s", (_, type, body) => {
    expect(parseEventBody(type, bytes(body))).toMatchObject({ events: [read], rejected: [] });
  });

  const cloudEvent = {
    specversion: "1.0",
    type: "call",
    source: "/eu/1",
    id: "1",
    subject: "acme",
    time: "2026-03-31T18:30:00Z",
    traceparent: "00-0",
    data: { value: 3, region: "eu" },
  };

  it.each([
    ["application/cloudevents+json", JSON.stringify(cloudEvent)],
    ["application/cloudevents-batch+json", JSON.stringify([cloudEvent])],
    ["application/json", JSON.stringify(cloudEvent)],
    ["application/x-ndjson", JSON.stringify(cloudEvent)],
  ])("reads CloudEvents as %s", (type, body) => {
    const { events, rejected } = parseEventBody(type, bytes(body));
    expect(rejected).toEqual([]);
    expect(events).toMatchObject([
      {
        ...{ index: 0, id: "1", source: "/eu/1", eventType: "call", customer: "acme", value: "3" },
        ...{ timestamp: "2026-03-31T18:30:00.000Z", properties: { value: 3, region: "eu" } },
      },
    ]);
  });

  it("names what a CloudEvent lacks in its own words", () => {
    const { subject: _, ...nobody } = cloudEvent;
    const body = [nobody, { ...cloudEvent, time: "yesterday" }, { ...cloudEvent, specversion: "0.3" }, event];
    const { rejected } = parseEventJson(body, "application/cloudevents-batch+json");
    expect(rejected.map(({ index, path, code }) => [index, path, code])).toEqual([
      [0, "subject", "field_required"],
      [1, "time", "timestamp_invalid"],
      [2, "specversion", "field_invalid"],
      [3, "specversion", "field_invalid"],
    ]);
  });

  it("refuses a broken line of NDJSON and keeps the others with their numbers", () => {
    const { events, rejected } = parseEventLines(
      `${JSON.stringify(event)}\n\n{"id":\n${JSON.stringify({ ...event, id: "4" })}`,
    );
    expect(events.map(({ index, id }) => [index, id])).toEqual([
      [0, "1"],
      [3, "4"],
    ]);
    expect(rejected).toEqual([
      { index: 2, id: null, code: "event_malformed", message: expect.stringContaining("no JSON"), path: "" },
    ]);
  });

  it.each([
    ["no JSON", "application/json", "{", "body_malformed"],
    ["a number", "application/json", "7", "body_malformed"],
    ["events that are no array", "application/json", '{"events":{}}', "body_malformed"],
    ["a field beside events", "application/json", '{"events":[],"mode":"fast"}', "body_malformed"],
    ["another media type", "text/csv", "id", "unsupported_media_type"],
    [
      "more than 10,000 events",
      "application/json",
      JSON.stringify(new Array(10_001).fill(0)),
      "body_too_large",
    ],
  ])("refuses a body with %s", (_, type, body, code) => {
    expect(() => parseEventBody(type, bytes(body))).toThrow(expect.objectContaining({ code }));
  });

  it("takes a byte order mark for what it is", () => {
    const body = Buffer.from(`\ufeff${JSON.stringify({ id: "b", event_type: "x", customer: "ü" })}`);
    expect(parseEventBody("application/json", body).events).toMatchObject([{ id: "b", customer: "ü" }]);
  });

  it("refuses bytes that are not UTF-8", () => {
    const latin1 = new Uint8Array([0x22, 0xe9, 0x22]);
    expect(() => parseEventBody("application/json", latin1)).toThrow(
      expect.objectContaining({ code: "body_malformed" }),
    );
  });

  it.each([
    [{ ...event, event_type: undefined }, "event_type", "field_required"],
    [{ ...event, meter: "calls" }, "meter", "field_invalid"],
    [{ ...event, id: undefined }, "id", "field_required"],
    [{ ...event, customer: 7 }, "customer", "field_invalid"],
    [{ ...event, timestamp: "2026-03-31 18:30" }, "timestamp", "timestamp_invalid"],
    [{ ...event, timestamp: "1970-01-21T00:00:00Z" }, "timestamp", "timestamp_invalid"],
    [{ ...event, value: "1,5" }, "value", "usage_value_invalid"],
    [{ ...event, value: "0.0000000000001" }, "value", "usage_value_invalid"],
    [{ ...event, value: 1e15 }, "value", "usage_value_invalid"],
    [{ ...event, value: Number("12345678901234.123456789") }, "value", "usage_value_invalid"],
    [{ ...event, value: Number("1e400") }, "value", "usage_value_invalid"],
    [{ ...event, properties: [] }, "properties", "field_invalid"],
    [{ ...event, properties: { long: "x".repeat(32_768) } }, "properties", "field_too_long"],
    ["text", "", "event_malformed"],
  ])("refuses an event that is not as it should be (%#)", (given, path, code) => {
    const { events, rejected } = parseEventJson([given]);
    expect(events).toEqual([]);
    expect(rejected.map((each) => [each.path, each.code])).toEqual([[path, code]]);
  });
});

describe("contentHash", () => {
  const hashOf = (given: Record<string, unknown>) => {
    const [read] = parseEventJson(given).events;
    return read?.contentHash;
  };

  it("is the one that stored events have", () => {
    const given = {
      ...{ id: "a", event_type: "call", customer: 'acme "x"', subscription: "sub_1", value: "2.500" },
      timestamp: "2026-03-31T18:30:00.1239+05:30",
      properties: { b: { d: [3, null, "é"], c: 2 }, a: "x\n", 10: true },
    };
    expect(hashOf(given)).toBe("1422695543648487a2f1f4804d7b03e9b31f0f7090f2fa4be392aab0dc0816a9");
    const least = { id: "b", meter: "calls", customer: "acme" };
    expect(hashOf(least)).toBe("42988e0f5ce15615a0822efde2c2fbc9c405812e953068cf4be2c451bfbb0966");
  });

  it("does not depend on spelling, and does on content", () => {
    const one = hashOf({ ...event, properties: { a: 1, b: { c: 2, d: [3] } } });
    const respelled = {
      properties: { b: { d: [3], c: 2 }, a: 1 },
      ...event,
      timestamp: "2026-03-31T18:30:00.123Z",
      value: 2.5,
    };
    expect(hashOf(respelled)).toBe(one);
    for (const other of [
      { value: 3 },
      { customer: "b" },
      { timestamp: undefined },
      { properties: { a: "1" } },
    ]) {
      expect(hashOf({ ...respelled, ...other })).not.toBe(one);
    }
  });
});
