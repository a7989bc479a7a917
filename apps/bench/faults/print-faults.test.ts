import { faultCatalog } from "./fault-catalog.ts";
import { listFaults, tableOf, verdictOf } from "./print-faults.ts";
import type { FaultResult } from "./run-faults.ts";

const [fault] = faultCatalog;
if (fault === undefined) throw new Error("there is no fault");
const held: FaultResult = { fault, seconds: 12.34, injected: ["a", "b"], notRun: null, breaches: [] };

describe("the report of the faults", () => {
  it("says of each fault its seed, its time, how often it was injected and the verdict", () => {
    const lines = tableOf([held, { ...held, breaches: ["two mails"] }], 7).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]?.trim().split(/ {2,}/)).toEqual(["F1", "7", "12.3", "2", "holds"]);
    expect(lines[2]).toContain("BREACH: 1");
  });

  it("says why a fault was not run", () => {
    expect(verdictOf({ ...held, notRun: "pgbouncer is not installed" })).toBe(
      "not run: pgbouncer is not installed",
    );
  });

  it("lists every fault with what it does", () => {
    const lines = listFaults(faultCatalog).split("\n");
    expect(lines).toHaveLength(faultCatalog.length);
    for (const [at, { code, does }] of faultCatalog.entries()) {
      expect(lines[at]?.startsWith(code)).toBe(true);
      expect(lines[at]?.endsWith(does)).toBe(true);
    }
  });
});
