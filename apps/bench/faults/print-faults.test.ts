import type { Fault } from "./fault.ts";
import { faultCatalog } from "./fault-catalog.ts";
import { linesOf, listFaults, summaryOf, tableOf, verdictOf } from "./print-faults.ts";
import { type FaultResult, runFaults } from "./run-faults.ts";

const [fault] = faultCatalog;
if (fault === undefined) throw new Error("there is no fault");
const held: FaultResult = {
  fault,
  seconds: 12.34,
  injected: ["a", "b"],
  notRun: null,
  logDir: "/tmp/f1",
  breaches: [],
};

describe("the report of the faults", () => {
  it("says of each fault its seed, its time, how often it was injected and the verdict", () => {
    const lines = tableOf([held, { ...held, breaches: ["two mails"] }], 7).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]?.trim().split(/ {2,}/)).toEqual(["F1", "7", "12.3", "2", "holds"]);
    expect(lines[2]).toContain("BREACH: 1");
  });

  it("says that every invariant holds, or what breached one", () => {
    expect(summaryOf([held, held])).toEqual({ text: "every invariant holds", holds: true });
    expect(summaryOf([held, { ...held, breaches: ["two mails"] }])).toEqual({
      ...{ text: `breached by ${fault.code}`, holds: false },
    });
  });

  it("never takes a fault for held whose program is missing: it says which, and names it in the summary", async () => {
    const pooled: Fault = { ...fault, code: "F20", queues: "postgres", program: "no-such-pgbouncer" };
    const { signal } = new AbortController();
    const run = { faults: [pooled], seed: 1, isQuick: true, broken: null, keep: false, signal };
    const [result = held] = await runFaults(run, () => undefined);
    expect(verdictOf(result)).toBe("not run: no-such-pgbouncer not found");
    expect(summaryOf([held, result])).toEqual({ text: "every invariant holds; not run: F20", holds: true });
    expect(summaryOf([result])).toEqual({ text: "nothing was run; not run: F20", holds: false });
  });

  it("says where the logs of a fault lie that are kept, and of no folder that is gone", () => {
    const told = linesOf({ ...held, seconds: 12 }, { keep: true });
    expect(told).toEqual([
      `F1 holds (12 s): ${fault.does}`,
      ...["a", "b"].map((what) => `  injected: ${what}`),
      "  logs: /tmp/f1",
    ]);
    expect(linesOf({ ...held, breaches: ["two mails"] }, { keep: false }).join()).not.toContain("logs");
    expect(
      linesOf({ ...held, logDir: null, notRun: "redis-server not found" }, { keep: true }).join(),
    ).not.toContain("logs");
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
