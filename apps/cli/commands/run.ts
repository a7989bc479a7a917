import { Command } from "commander";
import { parseRef } from "#libs/core/object-ref.ts";
import { domainError } from "#libs/core/errors.ts";
import { publicId } from "#libs/core/public-id.ts";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import { runErrors } from "#libs/billing/run/run-summary.ts";
import { presentRun } from "#libs/billing/wire/billing-run-wire.ts";
import type { RunDetails } from "#libs/billing/run/read-run.ts";
import { whyNotBilled } from "#libs/billing/run/why-not-billed.ts";
import { type CustomerRow, findCustomer } from "#libs/data/customers.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { queueSettings } from "#libs/jobs/queues.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { exitCodes, pickTenant, printJson, withInstallation } from "../cli-context.ts";
import { followRun } from "../stack/follow-run.ts";
import { stopRequested } from "../stack/until-stopped.ts";

type RunOptions = { month?: string; dryRun?: boolean; customer: string[]; tenant?: string; json?: boolean };

/** `billwright run`: asks for a billing run and follows it; the workers do it. */
export function runCommand(): Command {
  return new Command("run")
    .description("bill a month (or everything due) and print how it goes; the running workers do the work")
    .option(
      "--month <YYYY-MM>",
      "every unbilled boundary up to the end of this month; default: PROCESS_MONTH, else everything due",
    )
    .option("--dry-run", "decide everything, write nothing (also DRY_RUN=true)")
    .option(
      "--customer <id>",
      "only this customer (id or external id); may be repeated",
      (id: string, all: string[]) => [...all, id],
      [],
    )
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print the finished run as JSON and nothing else")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright run --month 2026-03 --dry-run\n  billwright run --month 2026-03 --customer acme",
    )
    .action(async (options: RunOptions) => {
      const exitCode = await withInstallation(async (installation) => {
        const { database, config, ownConfig } = installation;
        const tenantId = await pickTenant(installation, options.tenant);
        const month = options.month ?? ownConfig.PROCESS_MONTH ?? config.PROCESS_MONTH;
        const dryRun = options.dryRun === true || ownConfig.DRY_RUN || config.DRY_RUN;
        const scope = { tenantId, actor: "cli" };
        const customers = await withTenant(database, scope, (tx) => namedCustomers(tx, options.customer));
        const customerIds = customers.map(({ row }) => row.id);
        const run = await withTenant(database, scope, (tx) =>
          startBillingRun(tx, {
            kind: "month",
            dryRun,
            ...(month === undefined ? {} : { month }),
            ...(customerIds.length === 0 ? {} : { customerIds }),
          }),
        );
        const stopped = stopRequested();
        const details = await followRun(database, {
          tenantId,
          runId: run.runId,
          stopped,
          quiet: options.json === true,
        });
        if (details === null) {
          process.stderr.write(
            `stopped watching; the run goes on as ${publicId("billing_run", run.runId)}\n`,
          );
          return exitCodes.stopped;
        }
        const unbilled = await withTenant(database, scope, (tx) => whyUnbilled(tx, customers, details));
        if (options.json) {
          const asked = customers.length === 0 ? {} : { not_billed: unbilled };
          printJson({ ...presentRun(details, componentOf), ...asked });
        } else {
          for (const { customer, reason } of unbilled)
            process.stdout.write(`Nothing billed for ${customer}: ${reason}\n`);
        }
        return Object.values(runErrors(details)).every((count) => count === 0)
          ? exitCodes.ok
          : exitCodes.partial;
      });
      process.exit(exitCode);
    });
}

type NamedCustomer = { readonly ref: string; readonly row: CustomerRow };

async function namedCustomers(tx: TenantTx, refs: readonly string[]): Promise<NamedCustomer[]> {
  const found: NamedCustomer[] = [];
  for (const ref of refs) {
    const row = await findCustomer(tx, parseRef("customer", ref));
    if (row === null) throw domainError("customer_not_found", `there is no customer "${ref}"`);
    found.push({ ref, row });
  }
  return found;
}

/** Of the customers who were asked for, those without an invoice in the run, each with the reason. */
async function whyUnbilled(
  tx: TenantTx,
  customers: readonly NamedCustomer[],
  { run, invoices, previews }: RunDetails,
): Promise<{ customer: string; reason: string }[]> {
  const billed = new Set([
    ...invoices.map((invoice) => invoice.customer_id),
    ...previews.map((preview) => preview.customerId),
  ]);
  const unbilled: { customer: string; reason: string }[] = [];
  for (const { ref, row } of customers) {
    if (!billed.has(row.id)) unbilled.push({ customer: ref, reason: await whyNotBilled(tx, row, run) });
  }
  return unbilled;
}

function componentOf(queue: string): string | null {
  const name = queueNames.find((known) => known === queue);
  return name === undefined ? null : queueSettings[name].component;
}
