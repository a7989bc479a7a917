import type { Deps } from "#libs/billing/deps.ts";
import { runWork, type WorkOutcome } from "#libs/billing/work/run-work.ts";
import { domainError } from "#libs/core/errors.ts";
import type { AnyJob } from "./define-job.ts";

/**
 * Runs one delivery: the ledger row is claimed, its payload parsed by the job's own schema, and the handler run
 * with the row as guard. A job that no code knows is left to a newer worker.
 * @param stopping comes when the process stops, for work that ends by it
 */
export async function runJob(
  deps: Deps,
  jobs: ReadonlyMap<string, AnyJob>,
  jobId: string,
  stopping?: AbortSignal,
): Promise<WorkOutcome & { readonly name?: string }> {
  const definitionOf = (name: string): AnyJob => {
    const job = jobs.get(name);
    if (job === undefined)
      throw domainError("job_unknown", `no code here knows the job ${name}; a newer worker may`);
    return job;
  };
  return runWork(deps, {
    jobId,
    timeoutMs: (row) => jobs.get(row.name)?.timeoutMs ?? 30_000,
    plan: (row) => {
      const job = definitionOf(row.name);
      const { runTogether } = job;
      const scope = { tenantId: row.tenant_id, runId: row.run_id, jobId: row.id, stopping };
      return job.kind === "external"
        ? { kind: "external", run: (given) => job.runExternal(given, row.payload, scope) }
        : {
            kind: "transaction",
            run: (tx, given) => job.runTransaction(tx, row.payload, given),
            ...(runTogether === null
              ? {}
              : {
                  together: (tx, rows, given) =>
                    runTogether(
                      tx,
                      rows.map(({ payload }) => payload),
                      given,
                    ),
                }),
            recover: (thrown) => job.recover(deps, row.payload, scope, thrown),
          };
    },
  });
}
