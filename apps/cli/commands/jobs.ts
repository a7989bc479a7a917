import { Command, Option } from "commander";
import { retryJob, retryJobsByFilter } from "#libs/billing/work/retry-work.ts";
import { jobStates, presentJob } from "#libs/billing/wire/job-wire.ts";
import { counted } from "#libs/core/counted.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { type JobSubject, type JobView, listJobs, loadJobSubjects } from "#libs/data/job-reads.ts";
import type { JobState } from "#libs/data/jobs.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { ageText } from "../age-text.ts";
import { CliError, exitCodes, pickTenant, printJson, withDatabaseOnly } from "../cli-context.ts";

type Common = { tenant?: string; json?: boolean };

/** `billwright jobs list|retry`: the ledger of work. */
export function jobsCommand(): Command {
  return new Command("jobs")
    .description("list jobs, and retry what failed")
    .addCommand(list())
    .addCommand(retry());
}

function list(): Command {
  return new Command("list")
    .description("list jobs, newest first: what each is about, and when and how it failed last")
    .addOption(new Option("--state <state>", "only these").choices([...jobStates]))
    .addOption(new Option("--queue <queue>", "only of this queue").choices([...queueNames]))
    .option("--limit <n>", "how many, 1 to 100", "20")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright jobs list --state dead\n  billwright jobs list --queue email-delivery --limit 5 --json",
    )
    .action((options: Common & { state?: JobState; queue?: string; limit: string }) =>
      withDatabaseOnly(async (found) => {
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
          throw new CliError(
            exitCodes.badInput,
            `--limit: given "${options.limit}"; allowed: a whole number from 1 to 100`,
          );
        }
        const tenantId = await pickTenant(found, options.tenant);
        const filters = {
          ...(options.state === undefined ? {} : { state: options.state }),
          ...(options.queue === undefined ? {} : { queue: options.queue }),
        };
        const { rows, subjects } = await withTenant(
          found.database,
          { tenantId, actor: "cli" },
          async (tx) => {
            const page = await listJobs(tx, { limit, cursor: null, filters });
            const ids = page.rows.map((row) => row.id);
            return { rows: page.rows, subjects: await loadJobSubjects(tx, ids) };
          },
        );
        if (options.json) return printJson(rows.map(presentJob));
        const now = new Date();
        for (const row of rows) process.stdout.write(`${describeJob(row, subjects.get(row.id), now)}\n`);
        if (rows.length === 0) process.stdout.write("no such jobs\n");
      }),
    );
}

/** One job: what it is, what it is about, and when and how it failed last. */
function describeJob(job: JobView, subject: JobSubject | undefined, now: Date): string {
  const columns = [
    publicId("job", job.id),
    job.state.padEnd(9),
    job.queue.padEnd(18),
    job.name.padEnd(22),
    `${counted(job.attempts, "try", "tries")}, made ${ageText(job.created_at, now)}`,
    subject === undefined ? subjectId(job) : `${subject.number ?? "draft"} of ${subject.customer_name}`,
  ];
  const line = columns.join("  ").trimEnd();
  if (job.last_error === null) return line;
  const { code, message, at } = job.last_error;
  const when = at === undefined ? "" : ` ${ageText(new Date(at), now)}`;
  return `${line}\n    failed${when}: ${code}: ${message}`;
}

/** The first object that the payload names, as the API writes its id. */
function subjectId(job: JobView): string {
  const { payload } = presentJob(job);
  const id = payload["subscription_id"] ?? payload["run_id"] ?? payload["event_id"];
  return typeof id === "string" ? id : "";
}

function retry(): Command {
  return new Command("retry")
    .description("send failed and dead jobs off again with a fresh budget of tries")
    .argument("[id]", "one job, job_...")
    .addOption(new Option("--queue <queue>", "all of this queue").choices([...queueNames]))
    .option("--name <name>", "all of this name, such as invoice.email")
    .option("--all", "all of them")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright jobs retry job_01k2...\n  billwright jobs retry --queue storage-upload",
    )
    .action((id: string | undefined, options: Common & { queue?: string; name?: string; all?: boolean }) =>
      withDatabaseOnly(async (found) => {
        const tenantId = await pickTenant(found, options.tenant);
        const scope = { tenantId, actor: "cli" };
        if (id === undefined && !options.queue && !options.name && !options.all) {
          throw new CliError(exitCodes.badInput, "which jobs? name one, or give --queue, --name or --all");
        }
        let retried = 1;
        if (id === undefined) {
          const filter = {
            ...(options.queue === undefined ? {} : { queue: options.queue }),
            ...(options.name === undefined ? {} : { name: options.name }),
          };
          retried = await withTenant(found.database, scope, (tx) => retryJobsByFilter(tx, filter));
        } else {
          const jobId = parsePublicId("job", id);
          if (jobId === null)
            throw domainError("job_not_found", `"${id}" is no job id; \`billwright jobs list\` shows them`);
          await withTenant(found.database, scope, (tx) => retryJob(tx, { jobId }));
        }
        if (options.json) return printJson({ retried });
        process.stdout.write(
          `${retried} ${retried === 1 ? "job goes" : "jobs go"} off again; the running workers do ${retried === 1 ? "it" : "them"}\n`,
        );
      }),
    );
}
