import { parseEventMap } from "./event-map.ts";

describe("parseEventMap", () => {
  it("reads columns, constants and properties", () => {
    const map = "customer=org_id, timestamp=ts,event_type=:api_call,value=n,properties.region=data.region";
    expect(parseEventMap(map)).toEqual([
      { target: "customer", column: "org_id" },
      { target: "timestamp", column: "ts" },
      { target: "event_type", constant: "api_call" },
      { target: "value", column: "n" },
      { target: "properties.region", column: "data.region" },
    ]);
  });

  it("takes names with commas, equals signs and quotes when they are quoted", () => {
    const map = 'customer="org, id",timestamp=a=b,"meter=x ""y""",source=":eu,west"';
    expect(parseEventMap(map)).toEqual([
      { target: "customer", column: "org, id" },
      { target: "timestamp", column: "a=b" },
      { target: "meter", column: 'x "y"' },
      { target: "source", constant: "eu,west" },
    ]);
  });

  it("names every part that it cannot use", () => {
    const refused = (map: string, ...messages: string[]) => {
      for (const message of messages) {
        expect(() => parseEventMap(map)).toThrow(
          expect.objectContaining({ code: "import_map_invalid", message: expect.stringContaining(message) }),
        );
      }
    };
    refused(
      "",
      "where customer comes from",
      "where timestamp comes from",
      "where event_type or meter comes from",
    );
    refused("customer=a,timestamp=b", "where event_type or meter comes from");
    refused("customer=a,timestamp=b,event_type=:c,meter=:d", "not both");
    refused("org=a,customer", '"org" is no field', "field=column");
    refused("customer=a,customer=b", "customer is mapped twice");
    refused("customer=,timestamp=:", "a column", "stands the constant");
    refused("customer=a,timestamp=b,meter=:m,properties=p,properties.x=y", "as a whole");
  });
});
