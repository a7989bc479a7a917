import type { Database } from "./database.ts";
import { gatherCalls } from "./gather-calls.ts";

describe("calls that are gathered", () => {
  const database = {} as Database;
  /** Answers ten times the number, refuses 0, and cannot have -2, which somebody else holds; every run waits until it is let go. */
  const openGathering = (options: { atOnce?: number; keyOf?: (item: number) => string } = {}) => {
    const runs: number[][] = [];
    const held: (() => void)[] = [];
    const call = gatherCalls<number, number>(async (_database, items) => {
      runs.push([...items]);
      await new Promise<void>((resolve) => {
        held.push(resolve);
      });
      if (items.includes(0)) throw new Error("0 is refused");
      if (items.includes(-2)) throw Object.assign(new Error("held"), { code: "55P03" });
      if (items.includes(-1)) throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
      return items.map((item) => item * 10);
    }, options);
    /** Lets every run go until all calls are answered. */
    const settle = async <T>(calls: readonly Promise<T>[]) => {
      let isDone = false;
      const settled = Promise.allSettled(calls).finally(() => {
        isDone = true;
      });
      while (!isDone) {
        held.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return (await settled).map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)));
    };
    return { runs, call: (item: number, of = database) => call(of, item), settle };
  };

  it("go at once when none is under way, and together when one is, each with its own answer", async () => {
    const { runs, call, settle } = openGathering();
    const calls = [1, 2, 3].map((item) => call(item));
    expect(runs).toEqual([[1]]);
    expect(await settle(calls)).toEqual([10, 20, 30]);
    expect(runs).toEqual([[1], [2, 3]]);
    expect(await settle([call(4)])).toEqual([40]);
  });

  it("fail alone: what was refused together is tried one by one", async () => {
    const { runs, call, settle } = openGathering();
    expect(await settle([1, 0, 3].map((item) => call(item)))).toEqual([10, "Error: 0 is refused", 30]);
    expect(runs).toEqual([[1], [0, 3], [0], [3]]);
  });

  it("fail alone too when somebody else holds a row of one of them", async () => {
    const { runs, call, settle } = openGathering();
    expect(await settle([1, -2, 3].map((item) => call(item)))).toEqual([10, "Error: held", 30]);
    expect(runs).toEqual([[1], [-2, 3], [-2], [3]]);
  });

  it("fail together when the database did not answer: they may have been committed, and are not asked for twice", async () => {
    const { runs, call, settle } = openGathering();
    expect(await settle([1, -1, 3].map((item) => call(item)))).toEqual([10, "Error: cut", "Error: cut"]);
    expect(runs).toEqual([[1], [-1, 3]]);
  });

  it("are no more at once than may be", async () => {
    const { runs, call, settle } = openGathering({ atOnce: 2 });
    await settle([1, 2, 3, 4, 5].map((item) => call(item)));
    expect(runs).toEqual([[1], [2, 3], [4, 5]]);
  });

  it("neither wait for those of another key nor go with them", async () => {
    const { runs, call, settle } = openGathering({ keyOf: (item) => (item % 2 === 0 ? "even" : "odd") });
    const calls = [1, 2, 3, 4, 5].map((item) => call(item));
    expect(runs).toEqual([[1], [2]]);
    expect(await settle(calls)).toEqual([10, 20, 30, 40, 50]);
    expect(runs).toEqual([[1], [2], [3, 5], [4]]);
  });

  it("do not wait for those of another database", async () => {
    const { runs, call, settle } = openGathering();
    const calls = [call(1), call(2, {} as Database)];
    expect(runs).toEqual([[1], [2]]);
    await settle(calls);
  });
});
