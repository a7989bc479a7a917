import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { readConfig } from "#libs/platform/config.ts";
import { type ApiClient, bodyOf, createClient, type RequestBody } from "../api/client/create-client.ts";
import type { Narrator } from "./narrator.ts";
import { payThroughLink } from "./pay-through-link.ts";
import type { WebhookReceiver } from "./receive-webhooks.ts";
import type { Installation } from "./start-installation.ts";
import { shorten } from "./shorten.ts";
import { until } from "./until.ts";

export type TourPlace = {
  readonly installation: Installation;
  readonly key: string;
  readonly receiver: WebhookReceiver;
  /** For the browser. */
  readonly workDir: string;
};

/** What every step works with: `api` prints what it asks, `quiet` waits without a word. */
type Tour = TourPlace & { readonly narrator: Narrator; readonly api: ApiClient; readonly quiet: ApiClient };

const customerId = "acme";
const email = "billing@acme.example";
/** 49.00 and 2,000 calls above the free 1,000 at 0.0025, then 19 % on 54.00. */
const wanted = { subtotal: "54.00", tax: "10.26", total: "64.26", refund: "10.00", kept: "54.26" };

const plan: RequestBody<"/v1/plans", "post"> = {
  ...{ code: "team", name: "Team", currency: "USD", interval: { unit: "month", count: 1 } },
  prices: [
    {
      ...{ code: "base", name: "Base fee", kind: "recurring", charge_model: "flat" },
      flat: { amount: "49.00" },
    },
    {
      ...{ code: "calls", name: "API calls", kind: "usage", meter: "api_calls", charge_model: "graduated" },
      graduated: {
        tiers: [
          { up_to: "1000", unit_amount: "0" },
          { up_to: null, unit_amount: "0.0025" },
        ],
      },
    },
  ],
};

/**
 * From a tenant to a balanced ledger, as a customer of ours goes the first time. Each fact goes to the narrator.
 * @throws Error when a request is refused, or what must follow does not come
 */
export async function takeTour(place: TourPlace, narrator: Narrator): Promise<void> {
  const given = { baseUrl: place.installation.apiUrl, key: place.key };
  const tour: Tour = { ...place, narrator, api: narrator.narrated(given), quiet: createClient(given) };
  const secret = await openTenant(tour);
  await makePlan(tour);
  await makeCustomer(tour);
  await sendUsage(tour);
  const invoiceId = await billMonth(tour);
  await payInvoice(tour, invoiceId);
  await readWebhooks(tour, { invoiceId, secret });
  await refundPart(tour, invoiceId);
  await readLedger(tour, invoiceId);
}

/** Answers the secret that signs the webhooks. */
async function openTenant({ api, narrator, receiver }: Tour): Promise<string> {
  narrator.heading("The tenant: BOOTSTRAP_API_KEY has made it; it says who sells, and where its events go");
  const brand = { name: "Tour Ltd", address: { city: "Bristol", country: "GB" } };
  const settings = bodyOf(
    await api.PATCH("/v1/settings", { body: { brand, timezone: "UTC", default_currency: "USD" } }),
  );
  narrator.fact("the seller's name", settings.brand?.name, "Tour Ltd");
  const endpoint = bodyOf(
    await api.POST("/v1/webhook_endpoints", {
      body: { url: receiver.url, event_types: ["invoice.finalized", "invoice.paid", "refund.succeeded"] },
    }),
  );
  narrator.fact("the secret is shown once, as whsec_...", endpoint.secret?.slice(0, 6), "whsec_");
  return endpoint.secret ?? "";
}

async function makePlan({ api, narrator }: Tour): Promise<void> {
  narrator.heading("A plan: 49.00 a month, and API calls in tiers");
  bodyOf(
    await api.POST("/v1/meters", {
      body: { code: "api_calls", name: "API calls", aggregation: "sum", unit: "call" },
    }),
  );
  const made = bodyOf(await api.POST("/v1/plans", { body: plan }));
  narrator.fact("the plan's version", made.version, 1);
}

async function makeCustomer({ api, narrator }: Tour): Promise<void> {
  narrator.heading("A customer in Berlin, who owes 19 % VAT and had the plan in January 2025");
  bodyOf(await api.POST("/v1/tax_rates", { body: { code: "vat", name: "VAT", percentage: "19" } }));
  bodyOf(
    await api.POST("/v1/customers", {
      body: {
        ...{ external_id: customerId, name: "Acme GmbH", email, timezone: "Europe/Berlin" },
        tax_rate_ids: ["vat"],
      },
    }),
  );
}

/** Usage first and the subscription after it: what has begun is billed as soon as it is over. */
async function sendUsage({ api, narrator }: Tour): Promise<void> {
  narrator.heading("Usage: 3,000 calls, sent twice and counted once");
  const body = {
    ...{ id: "req-1", event_type: "api_calls", customer: customerId },
    ...{ timestamp: "2025-01-15T10:00:00Z", value: "3000" },
  };
  const first = bodyOf(await api.POST("/v1/events", { body }));
  narrator.fact("taken", [first.accepted, first.duplicates], [1, 0]);
  const again = bodyOf(await api.POST("/v1/events", { body }));
  narrator.fact("taken again", [again.accepted, again.duplicates], [0, 1]);
  const usage = bodyOf(
    await api.GET("/v1/usage", {
      params: { query: { customer: customerId, meter: "api_calls", ...january } },
    }),
  );
  narrator.fact("the customer's usage", usage.data[0]?.quantity, "3000");
  bodyOf(
    await api.POST("/v1/subscriptions", {
      body: {
        ...{ customer: customerId, plan: "team", collection: "send_invoice" },
        ...{ starts_at: "2025-01-01T00:00:00+01:00", ends_at: "2025-02-01T00:00:00+01:00" },
      },
    }),
  );
}

const january = { from: "2024-12-31T23:00:00Z", to: "2025-01-31T23:00:00Z" };

async function billMonth({ api, quiet, narrator }: Tour): Promise<string> {
  narrator.heading("An invoice: the run of January");
  const { run_id: id } = bodyOf(await api.POST("/v1/billing_runs", { body: { month: "2025-01" } }));
  narrator.say("   ... until the run says when it was completed");
  await until("the end of the run", async () => {
    const run = bodyOf(await quiet.GET("/v1/billing_runs/{id}", { params: { path: { id } } }));
    return run.completed_at;
  });
  const run = bodyOf(await api.GET("/v1/billing_runs/{id}", { params: { path: { id } } }));
  narrator.fact("the run", run.state, "completed");
  const query = { customer_id: customerId };
  const { data } = bodyOf(await api.GET("/v1/invoices", { params: { query } }));
  narrator.fact("invoices", data.length, 1);
  const [invoice] = data;
  if (invoice === undefined) throw new Error("there is no invoice");
  const path = { id: invoice.id };
  const whole = bodyOf(await api.GET("/v1/invoices/{id}", { params: { path } }));
  const { subtotal, tax_total: tax, total } = whole;
  narrator.fact("subtotal, tax and total", { subtotal, tax, total }, pick("subtotal", "tax", "total"));
  const line = whole.lines.find((each) => each.kind === "usage");
  const explained = bodyOf(
    await api.GET("/v1/invoices/{id}/lines/{line}/explain", {
      params: { path: { ...path, line: line?.id ?? "" } },
    }),
  );
  narrator.fact("the last step of the usage line comes to", explained.steps.at(-1)?.after, "5.00");
  narrator.say("   ... until the PDF is printed");
  await until("the PDF", async () => {
    const { response } = await quiet.GET("/v1/invoices/{id}/pdf", {
      params: { path },
      parseAs: "arrayBuffer",
    });
    return response.ok ? true : null;
  });
  const pdf = bodyOf(await api.GET("/v1/invoices/{id}/pdf", { params: { path }, parseAs: "arrayBuffer" }));
  narrator.fact("the file begins with", Buffer.from(pdf).subarray(0, 5).toString(), "%PDF-");
  return invoice.id;
}

function pick(...names: (keyof typeof wanted)[]): Partial<typeof wanted> {
  return Object.fromEntries(names.map((name) => [name, wanted[name]]));
}

async function payInvoice(tour: Tour, id: string): Promise<void> {
  const { api, quiet, narrator, installation, workDir } = tour;
  narrator.heading("The invoice is paid through its link, which stands in the mail too");
  const params = { path: { id } };
  const link = bodyOf(await api.POST("/v1/invoices/{id}/payment_links", { params }));
  narrator.say("   ... until the mail is there");
  const mail = await until("the mail", () => findMail(installation.mailboxUrl, link.url));
  narrator.fact("the mail with this link went to", mail, email);
  const { way, shown } = await payThroughLink(link.url, {
    ...{ workDir, stripeUrl: installation.stripeUrl },
    chromiumPath: readConfig().CHROMIUM_PATH,
  });
  narrator.say(`   The customer pays by ${way}, card 4242 4242 4242 4242`);
  narrator.fact("the page asks for", shown.includes(wanted.total) ? wanted.total : shown, wanted.total);
  await until("the payment", async () => {
    const { status } = bodyOf(await quiet.GET("/v1/invoices/{id}", { params }));
    return status === "paid" ? true : null;
  });
  const paid = bodyOf(await api.GET("/v1/invoices/{id}", { params }));
  narrator.fact("paid and remaining", [paid.amount_paid, paid.amount_remaining], [wanted.total, "0.00"]);
  const again = createClient({ baseUrl: installation.apiUrl, key: null });
  const token = decodeURIComponent(new URL(link.url).pathname.split("/").at(-1) ?? "");
  const seen = await again.GET("/public/pay/{token}", {
    params: { path: { token } },
    headers: { accept: "application/json" },
  });
  narrator.fact("the link now says", seen.data?.state, "paid");
}

/** Who the mail with this link went to. */
async function findMail(mailboxUrl: string, link: string): Promise<string | null> {
  const origin = new URL(mailboxUrl).origin;
  const listed = await fetch(`${origin}/mailbox.json?to=${encodeURIComponent(email)}`);
  const { messages } = (await listed.json()) as { messages: { id: string }[] };
  for (const { id } of messages) {
    const mail = await (await fetch(`${origin}/mailbox/${id}.json`)).text();
    if (mail.includes(link)) return email;
  }
  return null;
}

async function readWebhooks(
  { receiver, narrator }: Tour,
  { invoiceId, secret }: { readonly invoiceId: string; readonly secret: string },
): Promise<void> {
  narrator.heading("The signed webhook: invoice.paid, checked by the public package standardwebhooks");
  const hook = await until("the webhook", async () =>
    receiver.received.find(({ body }) => body.includes('"invoice.paid"')),
  );
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"])
    narrator.say(`   ${name}: ${hook.headers[name]}`);
  narrator.say(`   ${shorten(JSON.parse(hook.body))}`);
  const verify = (body: string) => {
    try {
      return new Webhook(secret).verify(body, hook.headers);
    } catch (error) {
      return error instanceof WebhookVerificationError ? "refused" : String(error);
    }
  };
  const told = verify(hook.body) as {
    type?: string;
    data?: { invoice?: { id?: string; amount_paid?: string } };
  };
  narrator.fact("the verified event", told.type, "invoice.paid");
  const { id, amount_paid: paid } = told.data?.invoice ?? {};
  narrator.fact("it tells of this invoice, and what was paid", [id, paid], [invoiceId, wanted.total]);
  const forged = verify(hook.body.replace(invoiceId, `${invoiceId.slice(0, -1)}x`));
  narrator.fact("the same with the name of another invoice", forged, "refused");
}

async function refundPart({ api, quiet, narrator }: Tour, invoice: string): Promise<void> {
  narrator.heading("A refund of a part");
  const { data } = bodyOf(await api.GET("/v1/payments", { params: { query: { invoice } } }));
  const [payment] = data;
  if (payment === undefined) throw new Error("there is no payment");
  narrator.fact("the payment", [payment.status, payment.amount], ["succeeded", wanted.total]);
  const params = { path: { id: payment.id } };
  bodyOf(
    await api.POST("/v1/payments/{id}/refund", { params, body: { amount: wanted.refund, reason: "Outage" } }),
  );
  narrator.say("   ... until Stripe has paid it out");
  await until("the refund", async () => {
    const { refunds } = bodyOf(await quiet.GET("/v1/payments/{id}", { params }));
    return refunds[0]?.status === "succeeded" ? true : null;
  });
  const after = bodyOf(await api.GET("/v1/payments/{id}", { params }));
  narrator.fact("given back", after.amount_refunded, wanted.refund);
  const refused = await api.POST("/v1/payments/{id}/refund", { params, body: { amount: wanted.total } });
  narrator.fact("more than is left is refused", refused.error?.code, "refund_exceeds_payment");
}

async function readLedger({ api, narrator }: Tour, invoiceId: string): Promise<void> {
  narrator.heading("The ledger");
  const { data } = bodyOf(await api.GET("/v1/ledger/entries", { params: { query: { limit: 50 } } }));
  const postings = data
    .filter((entry) => entry.invoice_id === invoiceId)
    .flatMap(({ kind, postings: each }) => each.map((p) => `${kind}: ${p.debit} to ${p.credit} ${p.amount}`))
    .sort();
  narrator.fact("what was posted", postings, [
    `invoice.finalized: receivable to revenue ${wanted.subtotal}`,
    `invoice.finalized: receivable to tax_payable ${wanted.tax}`,
    `payment.succeeded: cash:stripe to receivable ${wanted.total}`,
    `refund.paid_out: receivable to cash:stripe ${wanted.refund}`,
  ]);
  const balance = bodyOf(await api.GET("/v1/ledger/trial_balance"));
  const of = (account: string) => balance.accounts.find((each) => each.account === account)?.balance;
  narrator.fact("cash at Stripe", of("cash:stripe"), wanted.kept);
  narrator.fact(
    "revenue and tax",
    [of("revenue"), of("tax_payable")],
    [`-${wanted.subtotal}`, `-${wanted.tax}`],
  );
  const cents = balance.accounts.reduce((sum, each) => sum + BigInt(each.balance.replace(".", "")), 0n);
  narrator.fact("the sum of all accounts, in cents", String(cents), "0");
  narrator.fact("the ledger says that it is balanced", balance.balanced, true);
}
