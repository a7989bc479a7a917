import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { advanceClock } from "#libs/billing/catalog/advance-clock.ts";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import { runErrors } from "#libs/billing/run/run-summary.ts";
import { previousMonth } from "#libs/core/calendar/month.ts";
import { withTenant } from "#libs/data/database.ts";
import { readConfig } from "#libs/platform/config.ts";
import { CliError, exitCodes, readConnection } from "../cli-context.ts";
import { collectSample } from "../demo/collect-sample.ts";
import { compareWithExpected } from "../demo/compare-expected.ts";
import {
  adminEmail,
  ensureSampleTenant,
  importSample,
  newAdminPassword,
  readDemoState,
} from "../demo/sample-tenant.ts";
import { placesText } from "../demo/places-text.ts";
import { followRun } from "../stack/follow-run.ts";
import { type Stack, startStack } from "../stack/start-stack.ts";
import { stopRequested, untilStopped } from "../stack/until-stopped.ts";

type DemoOptions = { exit: boolean; reset: boolean; nextMonth: boolean };

const collectTimeoutMs = 60_000;

/** `billwright demo`: bills, delivers and collects the sample month, and leaves it running to look at. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "bill, deliver and collect one month of sample data on an embedded stack, then leave it running",
    )
    .option(
      "--exit",
      "stop after the summary; exit 0 only if everything was billed, delivered and collected",
      false,
    )
    .option("--reset", "throw the demo's data away and start over", false)
    .option("--next-month", "advance the sample tenant's clock by a month first", false)
    .addHelpText("after", "\nExamples:\n  npm run demo\n  npm run demo -- --next-month --exit")
    .action(async (options: DemoOptions) => {
      const dataDir = join(readConfig().BILLWRIGHT_DATA_DIR, "demo");
      if (options.reset) reset(dataDir);
      const adminPassword = readDemoState(dataDir)?.adminPassword ?? newAdminPassword();
      process.stdout.write("Starting database, sandbox and API...\n");
      const stack = await startStack({
        dataDir,
        sandbox: true,
        overrides: {
          ADMIN_EMAIL: adminEmail,
          ADMIN_PASSWORD: adminPassword,
          LOG_LEVEL: "error",
          LOG_FORMAT: "pretty",
        },
      });
      const stopped = stopRequested();
      const good = await runDemo(stack, dataDir, adminPassword, options, stopped).catch(
        async (error: unknown) => {
          await stack.close();
          throw error;
        },
      );
      if (options.exit) {
        await stack.close();
        process.exit(good ? exitCodes.ok : exitCodes.partial);
      }
      process.stdout.write(
        "Ctrl-C stops everything in order; `npm run demo` picks up here, `-- --next-month` goes on, `-- --reset` starts over.\n",
      );
      await untilStopped(stack);
    });
}

function reset(dataDir: string): void {
  const running = readConnection(dataDir);
  if (running !== null) {
    throw new CliError(
      exitCodes.badInput,
      `the demo runs as process ${running.pid}: stop it first (Ctrl-C in its terminal), then reset`,
    );
  }
  rmSync(dataDir, { recursive: true, force: true });
}

async function runDemo(
  stack: Stack,
  dataDir: string,
  adminPassword: string,
  options: DemoOptions,
  stopped: Promise<void>,
): Promise<boolean> {
  const { database } = stack.built.deps;
  const known = await ensureSampleTenant(database, dataDir, adminPassword);
  const first = !known.imported;
  const state = await importSample(database, dataDir, known);
  const { tenantId } = state;
  if (options.nextMonth) await nextMonth(stack, tenantId);
  stack.startWork();
  stack.publish(tenantId);
  const run = await withTenant(database, { tenantId, actor: "demo" }, (tx) =>
    startBillingRun(tx, { kind: "month", month: previousMonth(tx.now, "UTC"), dryRun: false }),
  );
  const details = await followRun(database, { tenantId, runId: run.runId, stopped });
  if (details === null) return false;
  const collected = await collectSample(database, tenantId, { timeoutMs: collectTimeoutMs, stopped });
  const paid = collected.byCard + collected.afterDecline + collected.byBank;
  process.stdout.write(
    `Collected: ${paid} of ${paid + collected.unpaid} organizations (${collected.byCard} by card, ${collected.afterDecline} after a declined card, ${collected.byBank} by bank)\n`,
  );
  const asExpected = first || !options.nextMonth ? await tellExpected(stack, tenantId) : true;
  const places = {
    apiUrl: stack.apiUrl,
    apiKey: state.apiKey,
    adminEmail,
    adminPassword: state.adminPassword,
    mailboxUrl: stack.sandbox?.mailboxUrl ?? "off",
    sandboxUrl: stack.sandbox?.stripeUrl ?? "off",
    pdfDir: resolve(dataDir, "objects"),
  };
  process.stdout.write(placesText(places, options.exit));
  const errors = Object.values(runErrors(details)).reduce((sum, count) => sum + count, 0);
  return errors === 0 && collected.unpaid === 0 && asExpected;
}

async function nextMonth(stack: Stack, tenantId: string): Promise<void> {
  await withTenant(stack.built.deps.database, { tenantId, actor: "demo" }, async (tx) => {
    const to = tx.now.toZonedDateTimeISO("UTC").add({ months: 1 }).toInstant();
    await advanceClock(tx, to);
    process.stdout.write(`The sample tenant's clock goes from ${tx.now.toString()} to ${to.toString()}\n`);
  });
}

/** The committed totals cover the sample's first month; a later month has more invoices beside them. */
async function tellExpected(stack: Stack, tenantId: string): Promise<boolean> {
  const { compared, differences } = await withTenant(
    stack.built.deps.database,
    { tenantId, actor: "demo" },
    compareWithExpected,
  );
  for (const difference of differences) process.stdout.write(`  ❌ ${difference}\n`);
  process.stdout.write(
    `Expected totals: ${compared - differences.length} of ${compared} invoices as an independent script computed them\n`,
  );
  return differences.length === 0;
}
