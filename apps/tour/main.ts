// npm run tour: from a key to a paid and partly refunded invoice, asked as a new user asks, each answer checked.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNarrator } from "./narrator.ts";
import { receiveWebhooks } from "./receive-webhooks.ts";
import { startInstallation } from "./start-installation.ts";
import { takeTour } from "./take-tour.ts";

const port = 3_400;

async function main(): Promise<number> {
  const startedAt = performance.now();
  const narrator = createNarrator((line) => process.stdout.write(`${line}\n`));
  const dataDir = mkdtempSync(join(tmpdir(), "billwright-tour-"));
  const key = `bw_test_${randomBytes(16).toString("hex")}`;
  const receiver = await receiveWebhooks();
  const close: (() => Promise<unknown>)[] = [
    () => receiver.close(),
    async () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const stopAll = async () => {
    for (const step of close.splice(0)) await step();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stopAll().then(() => process.exit(130)));
  }
  let ended = "";
  try {
    narrator.say(`$ BOOTSTRAP_API_KEY=${key} PORT=${port} npx billwright up --sandbox`);
    const installation = await startInstallation({ key, dataDir, port });
    close.unshift(async () => {
      ended = await installation.stop();
    });
    narrator.say(installation.printed.trimEnd());
    narrator.say(`$ export API=${installation.apiUrl} KEY=${key}`);
    narrator.say('$ send() { curl -sS -H "Authorization: Bearer $KEY" "$@"; }');
    await takeTour({ installation, key, receiver, workDir: join(dataDir, "pdf") }, narrator);
  } finally {
    await stopAll();
  }
  narrator.say("");
  narrator.fact("Billwright was told to stop, and ended with", ended, "exit 0");
  const differences = narrator.differences();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  narrator.say(
    `\n${narrator.facts() - differences.length} of ${narrator.facts()} facts are as they must be, in ${seconds} s`,
  );
  for (const difference of differences) narrator.say(`differs: ${difference}`);
  return differences.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`the tour ended early: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
