import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findProgram } from "./find-program.ts";

describe("findProgram", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "billwright-programs-"));
    writeFileSync(join(dir, "runs"), "");
    chmodSync(join(dir, "runs"), 0o755);
    writeFileSync(join(dir, "data"), "");
    chmodSync(join(dir, "data"), 0o644);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("finds what can be run on the path, and nothing else", () => {
    const path = ["/nowhere", dir].join(delimiter);
    expect(findProgram("runs", path)).toBe(join(dir, "runs"));
    expect(findProgram("data", path)).toBeNull();
    expect(findProgram("no-such-program", path)).toBeNull();
  });
});
