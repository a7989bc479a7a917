import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { failpointFile } from "#libs/platform/failpoint.ts";
import { allPoints, arm, generationPoints, jobOfPoint, waitForHit } from "./failpoints.ts";

describe("the points where a process may be stopped", () => {
  it("names every point once, each in a job that exists", () => {
    expect(new Set(allPoints).size).toBe(allPoints.length);
    expect(allPoints).toEqual(expect.arrayContaining([...generationPoints]));
    const unknown = allPoints.filter((point) => {
      const job = jobOfPoint(point);
      return job !== null && !jobCatalog.has(job);
    });
    expect(unknown).toEqual([]);
  });
});

describe("waitForHit", () => {
  let dir: string;
  const point = "relay:taken";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "billwright-failpoints-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("tells who stands there, and lets them go", async () => {
    arm(dir, point);
    const armed = failpointFile(dir, point);
    renameSync(armed, `${armed}.4711.hit`);
    const hit = await waitForHit(dir, point, 1_000);
    expect(hit).toMatchObject({ point, pid: 4711 });
    hit?.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it("waits for the next one beside who stands there already", async () => {
    const armed = failpointFile(dir, point);
    for (const pid of [4711, 4712]) {
      arm(dir, point);
      renameSync(armed, `${armed}.${pid}.hit`);
    }
    expect(await waitForHit(dir, point, 1_000, { besides: [4711] })).toMatchObject({ pid: 4712 });
    rmSync(`${armed}.4712.hit`);
    expect(await waitForHit(dir, point, 0, { besides: [4711] })).toBeNull();
  });

  it("disarms a point that nobody reached, in time or when the work is over", async () => {
    arm(dir, point);
    expect(await waitForHit(dir, point, 60_000, { isOver: async () => true })).toBeNull();
    expect(existsSync(failpointFile(dir, point))).toBe(false);
  });
});
