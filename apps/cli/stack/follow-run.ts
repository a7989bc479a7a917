import { SingleBar } from "cli-progress";
import { readRun, type RunDetails } from "#libs/billing/run/read-run.ts";
import { customerBlock, runBanner, runSummary } from "#libs/billing/run/run-summary.ts";
import { type Database, withTenant } from "#libs/data/database.ts";
import type { RunInvoiceRow } from "#libs/data/run-report.ts";

const ended: ReadonlySet<string> = new Set(["completed", "completed_with_errors"]);
const patience = 5;

/**
 * Prints a run while it works: the head when its plan is known, each customer's block whole when its last step has
 * ended, the summary at the end. Progress bars on a terminal only.
 * @returns what the run came to; null when `stopped` resolved first
 */
export async function followRun(
  database: Database,
  input: {
    readonly tenantId: string;
    readonly runId: string;
    readonly stopped: Promise<void>;
    readonly quiet?: boolean;
  },
): Promise<RunDetails | null> {
  let isStopped = false;
  input.stopped.then(() => {
    isStopped = true;
  });
  const out = (text: string) => {
    if (!input.quiet) process.stdout.write(`${text}\n`);
  };
  const bar = openBar(input.quiet !== true && process.stdout.isTTY === true);
  const printed = new Set<string>();
  let headed = false;
  while (!isStopped) {
    const details = await withTenant(database, { tenantId: input.tenantId, actor: "cli" }, (tx) =>
      readRun(tx, input.runId),
    );
    if (details.run.state !== "planning" && !headed) {
      bar.clear();
      out(runBanner(details.run));
      headed = true;
    }
    const isOver = ended.has(details.run.state) || onlyWaits(details);
    const customers = byCustomer(details.invoices);
    for (const [customerId, invoices] of customers) {
      if (printed.has(customerId) || !(isOver || invoices.every(isSettled))) continue;
      printed.add(customerId);
      bar.clear();
      out(customerBlock(invoices));
    }
    if (headed)
      bar.show(printed.size, Math.max(details.run.organizations - details.run.already_billed, printed.size));
    if (isOver) {
      bar.clear();
      out(runSummary(details, new Date()));
      return details;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  bar.clear();
  return null;
}

/** All is done but for zones whose month is not over: nothing to watch until it is. */
function onlyWaits({ run, jobs }: RunDetails): boolean {
  const moving = jobs.some(
    ({ state, queue }) => !["succeeded", "dead"].includes(state) && queue !== "notification",
  );
  return run.state === "generated" && run.waiting_zones.length > 0 && !moving;
}

/** Every delivery of the invoice has ended, or failed long enough to be said. */
function isSettled(invoice: RunInvoiceRow): boolean {
  const names = new Set(invoice.jobs.map((job) => job.name));
  const complete =
    names.has("invoice.email") ||
    invoice.jobs.some((job) => job.name === "invoice.render_pdf" && job.state === "dead");
  return (
    complete &&
    invoice.jobs.every(
      (job) =>
        job.state === "succeeded" || job.state === "dead" || (job.error !== null && job.attempts >= patience),
    )
  );
}

function byCustomer(invoices: readonly RunInvoiceRow[]): Map<string, RunInvoiceRow[]> {
  const groups = new Map<string, RunInvoiceRow[]>();
  for (const invoice of invoices)
    groups.set(invoice.customer_id, [...(groups.get(invoice.customer_id) ?? []), invoice]);
  return groups;
}

/** A bar that leaves the terminal before anything else is printed: it remembers where the cursor was. */
function openBar(shown: boolean): { show: (done: number, all: number) => void; clear: () => void } {
  if (!shown) return { show: () => undefined, clear: () => undefined };
  let bar: SingleBar | null = null;
  return {
    show: (done, all) => {
      if (bar === null) {
        bar = new SingleBar({
          format: "  {bar} {value}/{total} organizations",
          clearOnComplete: true,
          hideCursor: true,
          linewrap: true,
        });
        bar.start(all, done);
      } else {
        bar.setTotal(all);
        bar.update(done);
      }
    },
    clear: () => {
      bar?.stop();
      bar = null;
    },
  };
}
