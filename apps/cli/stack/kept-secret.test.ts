import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptSecret } from "./kept-secret.ts";

describe("the secret of a data folder", () => {
  const dir = mkdtempSync(join(tmpdir(), "billwright-secret-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("is made once, long, and readable by its owner alone", () => {
    const made = keptSecret(dir, "payment-link-secret");
    expect(made).toMatch(/^[\w-]{43}$/);
    expect(keptSecret(dir, "payment-link-secret")).toBe(made);
    expect(keptSecret(dir, "another")).not.toBe(made);
    expect(statSync(join(dir, "payment-link-secret")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, "payment-link-secret"), "utf8").trim()).toBe(made);
  });
});
