import type { Deps } from "#libs/billing/deps.ts";
import { counted } from "#libs/core/counted.ts";
import { withSystem } from "#libs/data/database.ts";
import { countSealedByKey } from "#libs/data/sealed-secrets.ts";
import { ConfigError } from "#libs/platform/config.ts";

/**
 * Looks whether MASTER_KEY holds every key that stored secrets were sealed with, so that a wrong one stops a process at its start
 * and not at the first webhook. Without any MASTER_KEY nothing is asked: a warning says what cannot be read.
 * @throws ConfigError
 */
export async function assertMasterKeys(deps: Pick<Deps, "database" | "secrets" | "logger">): Promise<void> {
  const sealed = await withSystem(deps.database, countSealedByKey);
  const held = deps.secrets?.keyIds ?? [];
  const missing = sealed.filter(({ key_id }) => !held.includes(key_id));
  if (missing.length === 0) return;
  const what = missing.map(
    ({ key_id, secrets }) => `${counted(secrets, "secret is", "secrets are")} sealed with key ${key_id}`,
  );
  if (deps.secrets === null) {
    deps.logger.warn("MASTER_KEY is not set: webhooks cannot be signed", { sealed: what });
    return;
  }
  const given = `given ${counted(held.length, "key", "keys")} (${held.join(", ")}), but ${what.join(", ")}`;
  const allowed =
    "that key too, after the newest with a comma, until `billwright secrets reseal` has sealed everything with the newest";
  throw new ConfigError([{ variable: "MASTER_KEY", given, allowed }]);
}
