import { Temporal } from "temporal-polyfill";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { publicId } from "#libs/core/public-id.ts";
import { bodyOf, createClient } from "../../api/client/create-client.ts";
import { billAll, eachChunk, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import type { Place } from "../open-place.ts";
import type { PlannedRequest } from "./send-at-rate.ts";

/** One of each kind of route that people and programs wait for. */
export const loadKinds = ["read one", "read list", "write", "ingest", "preview", "hosted page"] as const;
export type LoadKind = (typeof loadKinds)[number];

/** What the page where customers pay needs; nobody is asked at this address. */
export const linkSettings = {
  INVOICE_ENABLE_STRIPE: "true",
  STRIPE_API_KEY: "sk_test_bench",
  STRIPE_API_BASE: "http://127.0.0.1:9",
  STRIPE_WEBHOOK_SECRET: "whsec_bench",
  PAYMENT_LINK_SECRET: "only for links that nobody gets to see",
};

/** In the second month, so that there are issued invoices and a period with usage to preview. */
const NOW = "2020-02-29T12:00:00Z";

/**
 * A tenant with issued invoices and usage, and its requests: the kinds in turn, over all its objects.
 * @param count of subscriptions, each with an invoice and a link
 */
export async function openLoad(
  place: Place,
  port: number,
  count: number,
): Promise<(n: number) => PlannedRequest> {
  const tenant = await openMonthlyTenant(place, count);
  await tenant.reach(0);
  await billAll(tenant);
  await useSecondMonth(place, tenant);
  const { secret } = await tenant.inTenant((tx) => createApiKey(tx, { name: "load", role: "admin" }));
  const { rows } = await place.owner.query<{ id: string }>("select id from invoice where tenant_id = $1", [
    tenant.tenantId,
  ]);
  const invoices = rows.map(({ id }) => publicId("invoice", id));
  const pages = await openLinks(createClient({ baseUrl: `http://127.0.0.1:${port}`, key: secret }), invoices);
  await place.owner.query("analyze");
  return planOf({
    ...{ secret, invoices, pages },
    subscriptions: tenant.subscriptionIds.map((id) => publicId("subscription", id)),
  });
}

async function useSecondMonth({ owner }: Place, tenant: MonthlyTenant): Promise<void> {
  await owner.query("update tenant set clock_now = $2 where id = $1", [tenant.tenantId, NOW]);
  const [start, end] = ["2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z"].map((at) =>
    Temporal.Instant.from(at),
  );
  if (start !== undefined && end !== undefined) await tenant.ingest({ number: 1, start, end });
}

/** A link for each invoice: one link answers only so often. */
async function openLinks(api: ReturnType<typeof createClient>, ids: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  await eachChunk(ids, { chunk: 1, workers: 4 }, async ([id = ""]) => {
    const made = await api.POST("/v1/invoices/{id}/payment_links", { params: { path: { id } } });
    paths.push(new URL(bodyOf(made).url).pathname);
  });
  return paths;
}

type Objects = {
  readonly secret: string;
  readonly invoices: readonly string[];
  readonly subscriptions: readonly string[];
  readonly pages: readonly string[];
};

/** No two requests of a process make the same customer or event. */
let made = 0;
let shown = 0;

function planOf({ secret, invoices, subscriptions, pages }: Objects): (n: number) => PlannedRequest {
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const get = (path: string) => ({ method: "GET", path, headers }) as const;
  const post = (path: string, body: object) =>
    ({ method: "POST", path, headers, body: Buffer.from(JSON.stringify(body)) }) as const;
  const requests: Readonly<Record<LoadKind, (at: number) => Omit<PlannedRequest, "kind">>> = {
    "read one": (at) => get(`/v1/invoices/${oneOf(invoices, at)}`),
    "read list": () => get("/v1/invoices?limit=20"),
    write: () => post("/v1/customers", { external_id: `load-${++made}`, name: "Load Ltd" }),
    ingest: (at) =>
      post("/v1/events", {
        ...{ id: `load-${++made}`, event_type: "calls", customer: `customer-${at % subscriptions.length}` },
        ...{ timestamp: NOW, value: "3" },
      }),
    preview: (at) => post("/v1/invoices/preview", { subscription: oneOf(subscriptions, at) }),
    // On from sample to sample: each link answers ten times a minute.
    "hosted page": () => ({ method: "GET", path: oneOf(pages, ++shown), headers: { accept: "text/html" } }),
  };
  return (n) => {
    const kind = loadKinds[n % loadKinds.length] ?? "read one";
    return { kind, ...requests[kind](Math.floor(n / loadKinds.length)) };
  };
}

function oneOf(list: readonly string[], at: number): string {
  return list[at % list.length] ?? "";
}
