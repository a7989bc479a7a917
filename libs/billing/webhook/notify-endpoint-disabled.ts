import { publicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { findWebhookEndpoint } from "#libs/data/webhook-endpoints.ts";
import { html } from "#libs/platform/html.ts";
import type { Deps } from "../deps.ts";
import { runEffect } from "../effect/run-effect.ts";

/** Mails the operator once that an endpoint was switched off, and what to do; nobody to tell, or e-mail off, counts as done. */
export async function notifyEndpointDisabled(
  deps: Deps,
  input: { readonly tenantId: string; readonly endpointId: string; readonly eventId: string },
): Promise<{ sent: string } | { skipped: string } | { unknown: string }> {
  const { mailer, notifyEmail } = deps;
  if (mailer === null || notifyEmail === null) return { skipped: "off" };
  const scope = { tenantId: input.tenantId, actor: "job:webhook_endpoint.notify" };
  const endpoint = await withTenant(deps.database, scope, (tx) => findWebhookEndpoint(tx, input.endpointId));
  if (endpoint === null || endpoint.enabled) return { skipped: "on again" };
  const id = publicId("webhook_endpoint", endpoint.id);
  const text = [
    `The webhook endpoint ${endpoint.url} (${id}) was switched off: ${endpoint.disabled_reason ?? "no reason given"}.`,
    `When it works again: PATCH /v1/webhook_endpoints/${id} {"enabled": true}, then POST /v1/webhook_endpoints/${id}/replay with the time it missed.`,
  ].join("\n\n");
  const messageId = `webhook-endpoint.${input.eventId}@${new URL(deps.publicUrl).hostname}`;
  const result = await runEffect<{ providerId: string }>(deps, {
    tenantId: input.tenantId,
    kind: "email.webhook_endpoint",
    businessKey: input.eventId,
    probe: async ({ wasInFlight }) =>
      wasInFlight
        ? { outcome: "unknown", reason: "the process ended while it was handing the mail over" }
        : null,
    act: async () => {
      const answer = await mailer.send({
        ...{ messageId, to: notifyEmail, subject: `Webhook endpoint switched off: ${endpoint.url}` },
        ...{ text, html: html`<pre>${text}</pre>`.markup, attachments: [] },
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
