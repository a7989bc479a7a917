import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import startTestServer from "#libs/testkit/global-setup.ts";
import stopTestServer from "#libs/testkit/global-teardown.ts";
import { guardKinds } from "./guard.ts";
import { type GuardOptions, guardUsage, OptionsError, readGuardOptions } from "./guard-options.ts";
import type { Verdict } from "./probe-guard.ts";
import { guardLines, isMissed, summaryLines, verdictLines } from "./print-guards.ts";
import { chosenGuards, listGuards, runGuards } from "./run-guards.ts";

const out = (lines: readonly string[]) => lines.length > 0 && process.stdout.write(`${lines.join("\n")}\n`);

async function main(): Promise<number> {
  const options = readGuardOptions(process.argv.slice(2));
  if (options === null) {
    out([guardUsage]);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
  await startTestServer();
  const dir = mkdtempSync(join(tmpdir(), "billwright-guards-"));
  try {
    return await takeAway(options, dir, stopping.signal);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    await stopTestServer();
  }
}

async function takeAway(options: GuardOptions, dir: string, stopped: AbortSignal): Promise<number> {
  const startedAt = Date.now();
  const guards = chosenGuards(await listGuards(), options);
  if (guards.length === 0) throw new OptionsError("--only matches no guard; see --list");
  if (options.list) {
    out(guards.flatMap(guardLines));
    return 0;
  }
  if (options.sample !== null) out([`guards: seed ${options.seed} draws ${options.sample} with named tests`]);
  const onVerdict = (verdict: Verdict) => {
    if (!options.quiet || isMissed(verdict)) out(verdictLines(verdict));
  };
  const run = await runGuards(options, dir, { stopped, onVerdict });
  if (stopped.aborted) return 130;
  out(["", ...summaryLines(run, guardKinds, (Date.now() - startedAt) / 1_000)]);
  return run.disagreements.length === 0 && !run.verdicts.some(isMissed) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isOption = error instanceof OptionsError;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${isOption ? `${error.message}\n\n${guardUsage}` : text}\n`);
    process.exit(isOption ? 2 : 1);
  },
);
