import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { failpointFile, fileFailpoint } from "./failpoint.ts";

describe("fileFailpoint", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "billwright-failpoint-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("passes a point that nobody armed", () => {
    fileFailpoint(dir)("job.invoice.email:claimed");
    expect(readdirSync(dir)).toEqual([]);
  });

  it("throws once where it is told to, and says which process did", () => {
    const point = "job.invoice.email:claimed";
    const armed = failpointFile(dir, point);
    writeFileSync(armed, "throw");
    expect(() => fileFailpoint(dir)(point)).toThrow(point);
    expect(readdirSync(dir)).toEqual([basename(`${armed}.${process.pid}.hit`)]);
    fileFailpoint(dir)(point);
  });

  it("stands at an armed point, says which process, and goes on when its file is taken away", async () => {
    const point = "job.invoice.email:claimed";
    const armed = failpointFile(dir, point);
    writeFileSync(armed, "");
    const hit = `${armed}.${process.pid}.hit`;
    // This process stands still meanwhile, so another one has to look and to let it go.
    const watcher = spawn(process.execPath, [
      "-e",
      `const fs = require("node:fs"); const t = setInterval(() => {
         if (!fs.existsSync(${JSON.stringify(hit)})) return;
         clearInterval(t); fs.writeFileSync(${JSON.stringify(join(dir, "seen"))}, ""); fs.rmSync(${JSON.stringify(hit)});
       }, 5)`,
    ]);
    const ended = once(watcher, "exit");
    await once(watcher, "spawn");
    fileFailpoint(dir)(point);
    await ended;
    expect(existsSync(join(dir, "seen"))).toBe(true);
    expect(readdirSync(dir)).toEqual(["seen"]);
  });
});
