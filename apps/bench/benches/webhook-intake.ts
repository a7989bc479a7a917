import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { stripeSignature } from "#libs/platform/stripe/stripe-payments.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { sendAll } from "../http/send-all.ts";
import type { ServerKind } from "../http/server-kinds.ts";
import { type Servers, startServers } from "../http/start-servers.ts";
import { inPlace, type Place } from "../open-place.ts";
import { timeWork } from "../time-work.ts";

const SECRET = "whsec_bench";
const CONNECTIONS = 50;
/** One message of five comes a second time. */
const FRESH = 0.8;
const settings = {
  ...{ INVOICE_ENABLE_STRIPE: "true", STRIPE_API_KEY: "sk_test_bench", STRIPE_WEBHOOK_SECRET: SECRET },
  STRIPE_API_BASE: "http://127.0.0.1:9",
};

/** Webhooks of Stripe, answered once they are stored, each with the job that applies it. */
export const webhookIntake: Bench = {
  name: "webhook-intake",
  about: `POST /webhooks/stripe to a process of its own, ${CONNECTIONS} connections, a fifth of them sent twice, shuffled; peer: Express that only verifies`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const servers = await startServers(place, ["api", "verify"], settings);
      try {
        const count = { tiny: 100, small: 1_000, full: 10_000 }[terms.size];
        const { tenantId } = await createTenant(place.database, {
          name: "b13",
          mode: "test",
          actor: "bench",
        });
        return { cases: [besideVerifying(place, servers, { count, tenantId })], close: servers.close };
      } catch (error) {
        await servers.close();
        throw error;
      }
    }),
};

type Intake = { readonly count: number; readonly tenantId: string };

function besideVerifying(place: Place, servers: Servers, intake: Intake): BenchCase {
  const { count } = intake;
  const fresh = Math.round(count * FRESH);
  const ours = sender(place, servers, intake, "api");
  return {
    ...{ name: `${count} messages, ${CONNECTIONS} connections`, unit: "messages/s" },
    ...{ better: "higher", ratioTarget: 0.5 },
    ours: { name: "POST /webhooks/stripe", sample: ours },
    peer: { name: "Express that only verifies", sample: sender(place, servers, intake, "verify") },
    verify: async () => {
      await ours();
      const { rows } = await place.owner.query<{ kept: number; jobs: number; intents: number }>(
        `select (select count(*)::int from webhook_inbox where tenant_id = $1 and state = 'received') as kept,
                (select count(distinct object_id)::int from webhook_inbox) as intents,
                (select count(*)::int from job where tenant_id = $1 and name = 'stripe.apply_event' and state = 'pending') as jobs`,
        [intake.tenantId],
      );
      const [row] = rows;
      if (row?.kept !== fresh || row.jobs !== fresh || row.intents !== fresh)
        throw new Error(`${fresh} different messages were sent; stored: ${JSON.stringify(row)}`);
    },
  };
}

/** Sends the same messages each time, signed anew, to an empty inbox. */
function sender(place: Place, servers: Servers, intake: Intake, kind: ServerKind): () => Promise<Sample> {
  const bodies = shuffledMessages(intake).map((message) => Buffer.from(JSON.stringify(message)));
  return async () => {
    await place.owner.query("truncate webhook_inbox");
    await place.owner.query("delete from job");
    await place.owner.query("checkpoint");
    const timestamp = Math.floor(Date.now() / 1_000);
    const requests = bodies.map((body) => ({
      ...({ method: "POST", path: "/webhooks/stripe", body } as const),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": `t=${timestamp},v1=${stripeSignature({ rawBody: body, secret: SECRET, timestamp })}`,
      },
    }));
    let times: number[] = [];
    const sample = await timeWork(intake.count, async () => {
      times = await sendAll(requests, { port: servers.portOf(kind), connections: CONNECTIONS });
    });
    const last = times.length - 1;
    return { ...sample, latencyMs: { p50: times[last >> 1] ?? 0, p99: times[Math.floor(last * 0.99)] ?? 0 } };
  };
}

/** The same order each time, far from that in which they were made. */
function shuffledMessages({ count, tenantId }: Intake) {
  const fresh = Math.round(count * FRESH);
  const places = Array.from({ length: count }, (_, n) => n).sort(
    (one, other) => scattered(one) - scattered(other),
  );
  return places.map((n) => messageAt(n < fresh ? n : (n - fresh) * 3, tenantId));
}

function scattered(n: number): number {
  return Math.imul(n + 1, 2_654_435_761) >>> 0;
}

/** A message of the size and form in which Stripe sends it. */
function messageAt(n: number, tenantId: string) {
  const id = String(n).padStart(24, "0");
  const created = 1_772_323_200 + n;
  return {
    ...{ id: `evt_${id}`, object: "event", api_version: "2026-10-28.endive", created, livemode: false },
    ...{ pending_webhooks: 1, type: "payment_intent.succeeded" },
    request: { id: `req_${id.slice(10)}`, idempotency_key: `bw-${id}${id}`.slice(0, 43) },
    data: {
      object: {
        ...{
          id: `pi_${id}`,
          object: "payment_intent",
          amount: 1_234,
          amount_capturable: 0,
          amount_received: 1_234,
        },
        ...{ amount_details: { tip: {} }, application: null, application_fee_amount: null },
        automatic_payment_methods: { allow_redirects: "never", enabled: true },
        ...{ canceled_at: null, cancellation_reason: null, capture_method: "automatic_async" },
        client_secret: `pi_${id}_secret_${id}`,
        ...{ confirmation_method: "automatic", created, currency: "usd", customer: `cus_${id.slice(10)}` },
        ...{ description: `Invoice INV-202603-${n}`, last_payment_error: null, latest_charge: `ch_${id}` },
        metadata: { billwright_tenant: tenantId, billwright_epoch: "0" },
        ...{ next_action: null, on_behalf_of: null, payment_method: `pm_${id}`, receipt_email: null },
        payment_method_options: {
          card: { installments: null, network: null, request_three_d_secure: "automatic" },
        },
        ...{
          payment_method_types: ["card", "link"],
          processing: null,
          review: null,
          setup_future_usage: null,
        },
        ...{
          shipping: null,
          source: null,
          statement_descriptor: null,
          status: "succeeded",
          transfer_data: null,
        },
      },
    },
  };
}
