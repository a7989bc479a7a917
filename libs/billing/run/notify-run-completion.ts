import { publicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { html } from "#libs/platform/html.ts";
import type { Deps } from "../deps.ts";
import { runEffect } from "../effect/run-effect.ts";
import { readRun } from "./read-run.ts";
import { runSummary } from "./run-summary.ts";

/** Mails a completed run's summary to the operator, once; nobody to tell, or e-mail switched off, counts as done. */
export async function notifyRunCompletion(
  deps: Deps,
  input: { readonly tenantId: string; readonly runId: string },
): Promise<{ sent: string } | { skipped: string } | { unknown: string }> {
  const { mailer, notifyEmail } = deps;
  if (mailer === null || notifyEmail === null) return { skipped: "off" };
  const details = await withTenant(
    deps.database,
    { tenantId: input.tenantId, actor: "job:billing_run.notify" },
    (tx) => readRun(tx, input.runId),
  );
  const text = runSummary(details, details.run.completed_at ?? details.run.started_at);
  const messageId = `run.${input.runId}@${new URL(deps.publicUrl).hostname}`;
  const result = await runEffect<{ providerId: string }>(deps, {
    tenantId: input.tenantId,
    kind: "email.run",
    businessKey: input.runId,
    probe: async ({ wasInFlight }) =>
      wasInFlight
        ? { outcome: "unknown", reason: "the process ended while it was handing the mail over" }
        : null,
    act: async () => {
      const answer = await mailer.send({
        messageId,
        to: notifyEmail,
        subject: `Billing run ${details.run.month ?? publicId("billing_run", input.runId)}: ${details.run.state.replaceAll("_", " ")}`,
        text,
        html: html`<pre>${text}</pre>`.markup,
        attachments: [],
      });
      return answer.outcome === "unknown"
        ? answer
        : { outcome: "done", value: { providerId: answer.providerId } };
    },
    externalId: (value) => value.providerId,
    isRefusalCertain: true,
  });
  return result.outcome === "unknown" ? { unknown: result.reason } : { sent: messageId };
}
