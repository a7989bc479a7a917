import { buildWhenStale } from "../stack/build-when-stale.ts";
import { type ChaosOptions, chaosUsage, OptionsError, readChaosOptions } from "./chaos-options.ts";
import { runChaos } from "./run-chaos.ts";
import { startStack } from "../stack/start-stack.ts";

const out = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const options = readChaosOptions(process.argv.slice(2));
  if (options === null) {
    out(chaosUsage);
    return 0;
  }
  buildWhenStale(out);
  return play(options);
}

async function play(options: ChaosOptions): Promise<number> {
  const startedAt = Date.now();
  const starting = startStack(options);
  let isStopped = false;
  // A signal while all is being started waits for that, and then ends everything as well.
  const stop = () => {
    isStopped = true;
    starting
      .then(
        (stack) => stack.close(),
        () => undefined,
      )
      .finally(() => process.exit(130));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const stack = await starting;
  try {
    out(`chaos: seed ${options.seed}, ${options.kills} kills, queues on ${options.backend}`);
    const seconds = () => `${((Date.now() - startedAt) / 1_000).toFixed(0)} s`;
    const findings = await runChaos(stack, options, (text) => out(`[${seconds()}] ${text}`));
    for (const { subject, found } of findings) out(`  ${subject.padEnd(16)} ${found}`);
    const breaches = findings.flatMap((finding) => finding.breaches);
    for (const breach of breaches) out(`BREACH: ${breach}`);
    out(
      breaches.length === 0
        ? `every invariant holds (${seconds()})`
        : `${breaches.length} invariants do not hold (${seconds()})`,
    );
    if (options.keep) out(`logs: ${stack.dir}`);
    return breaches.length === 0 ? 0 : 1;
  } finally {
    await stack.close();
    if (isStopped) process.exit(130);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof OptionsError ? `${error.message}\n\n${chaosUsage}` : messageOf(error)}\n`,
    );
    process.exit(error instanceof OptionsError ? 2 : 1);
  },
);

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
