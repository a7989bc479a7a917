import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A secret of this installation's data folder, made at its first start and the same from then on. */
export function keptSecret(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  try {
    // Exclusive: of two that start at once, the second reads what the first made.
    writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8").trim();
}

/** The key that encrypts tenants' secrets, as MASTER_KEY takes it. */
export function keptMasterKey(dataDir: string): string {
  return Buffer.from(keptSecret(dataDir, "master-key"), "base64url").toString("hex");
}
