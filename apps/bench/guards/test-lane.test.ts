import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestLane } from "./test-lane.ts";

describe("a run of tests without a guard", () => {
  const dir = mkdtempSync(join(tmpdir(), "billwright-lane-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("ends after its time though a test has left something open, and tells what failed", async () => {
    const lane = openTestLane(join(dir, "lane"), 20_000);
    const file = "libs/core/left-open.test.ts";
    writeFileSync(
      join(dir, "lane", file),
      `it("leaves a worker waiting", () => {
        setInterval(() => undefined, 1_000);
        throw new Error("the guard is away");
      });`,
    );
    const nowhere = "postgresql://127.0.0.1:1/nowhere"; // this test asks no database
    const run = await lane.run([{ file, name: "leaves a worker waiting" }], {
      ...{ url: nowhere, ownerUrl: nowhere },
    });
    expect(run.failed).toEqual([expect.stringContaining("leaves a worker waiting")]);
  }, 90_000);
});
