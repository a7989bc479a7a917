import supertest from "supertest";
import { recordOutsidePayment } from "#libs/billing/payment/record-outside-payment.ts";
import { revokePaymentLink } from "#libs/billing/payment/revoke-payment-link.ts";
import { startLinkPayment } from "#libs/billing/payment/start-link-payment.ts";
import { voidInvoice } from "#libs/billing/invoice/void-invoice.ts";
import { paymentLinkKeys, paymentLinkToken } from "#libs/core/payment/payment-link-token.ts";
import { openDatabase } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import type { IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openPayWorld, type PayWorld } from "#libs/testkit/pay-world.ts";
import { openTestQueues } from "#libs/testkit/test-queues.ts";
import { createApp } from "../create-app.ts";

type Linked = IssuedInvoice & { readonly link: string };

let world: PayWorld;
beforeAll(async () => {
  world = await openPayWorld({ trustProxy: "loopback" });
});
afterAll(() => world.close());

/** Every caller has an address of its own, unless it names one. */
let lastAddress = 0;
function get(url: string, accept = "application/json", address = `10.0.0.${++lastAddress}`) {
  return supertest(world.url).get(new URL(url).pathname).set({ Accept: accept, "X-Forwarded-For": address });
}
const post = (url: string, address = `10.0.1.${++lastAddress}`) =>
  supertest(world.url).post(new URL(url).pathname).set({ "X-Forwarded-For": address });
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const ends = {
  expired: (invoice: Linked) =>
    world.test.owner.query("update payment_link set expires_at = now() where invoice_id = $1", [
      invoice.invoiceId,
    ]),
  revoked: (invoice: Linked) => world.tenant.inTenant((tx) => revokePaymentLink(tx, invoice)),
  void: (invoice: Linked) => world.tenant.inTenant((tx) => voidInvoice(tx, { ...invoice, reason: "test" })),
  closed: (invoice: Linked) =>
    world.test.owner.query("update invoice set uncollectible_at = now() where id = $1", [invoice.invoiceId]),
  paid: (invoice: Linked) =>
    world.tenant.inTenant((tx) => recordOutsidePayment(tx, { ...invoice, paymentStatus: "succeeded" })),
};

describe("GET /public/pay/{token}", () => {
  it("shows a program the invoice and how it can be paid", async () => {
    const invoice = await world.issue();
    const { body, headers } = await get(invoice.link).expect(200);
    expect(body).toMatchObject({
      state: "open",
      paymentMethods: ["card", "ach"],
      invoice: { number: invoice.number, amount_remaining: "12.34", currency: "USD" },
    });
    expect(headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    await supertest(world.url)
      .get(new URL(body.invoice.invoice_pdf_url).pathname)
      .expect(200)
      .expect("Content-Type", "application/pdf");
  });

  it("shows people a page that runs no script and no style but its own files and Stripe's", async () => {
    const invoice = await world.issue();
    const { text, headers } = await get(invoice.link, browser).expect(200);
    const policy = String(headers["content-security-policy"]);
    const { origin } = new URL(world.sandbox.sandbox().stripeUrl);
    expect(policy).toContain(`script-src 'self' ${origin};`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|nonce/);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    expect([...text.matchAll(/<script([^>]*)>([^<]*)</g)].map(([, , inside]) => inside)).toEqual(["", ""]);
    const files = [...text.matchAll(/(?:src|href)="(\/public\/assets\/[^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(2);
    for (const file of files) await supertest(world.url).get(String(file)).expect(200);
  });

  it("escapes whatever tenant and customer wrote", async () => {
    const name = `"><script>alert(1)</script>&'`;
    const invoice = await world.issue({ document: { seller: { ...seller, name }, number: name } });
    const { text } = await get(invoice.link, browser).expect(200);
    expect(text).not.toContain("<script>alert");
    expect(text).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;");
  });

  it.each([
    ["expired", "payment_link_expired"],
    ["revoked", "payment_link_revoked"],
    ["void", "payment_link_void"],
    ["closed", "payment_link_closed"],
  ] as const)("answers 410 for a link that is %s, and tells nothing of the invoice", async (state, code) => {
    const invoice = await world.issue();
    await ends[state](invoice);
    const json = await get(invoice.link).expect(410);
    expect(json.body).toMatchObject({ code });
    const page = await get(invoice.link, browser).expect(410);
    await get(`${invoice.link}/pdf`).expect(410);
    await get(`${invoice.link}/state`).expect(410);
    await post(`${invoice.link}/intent`).expect(410);
    for (const told of [json.text, page.text])
      expect(told).not.toMatch(new RegExp(`${invoice.number}|12\\.34|Globex`));
  });

  it("answers 200 for a paid invoice, and tells nothing of it", async () => {
    const invoice = await world.issue();
    await ends.paid(invoice);
    const json = await get(invoice.link).expect(200);
    expect(json.body).toEqual({ state: "paid", message: "Invoice already paid" });
    const page = await get(invoice.link, browser).expect(200);
    expect(page.text).not.toMatch(new RegExp(`${invoice.number}|12\\.34|Globex|<script`));
    await post(`${invoice.link}/intent`).expect(422);
    await get(`${invoice.link}/pdf`).expect(410);
  });

  it("answers every forgery with the same 404", async () => {
    const { link } = await world.issue();
    const token = link.split("/").at(-1) ?? "";
    const [kid, id, expiry, mac] = token.split(".");
    const claim = { linkId: newId(), expiresAtSeconds: 4_000_000_000 };
    const own = world.deps.paymentLinks?.keys;
    const foreign = paymentLinkKeys(["a secret of somebody else, 32 characters"]);
    const forgeries = [
      ...["x", "a.b.c.d", "%F0%9F%92%B3", "..%2F..%2Fetc", "0".repeat(4_000), token.slice(0, -1)],
      ...[`${kid}.${id}.${expiry}`, `${kid}.${id}.zzzzzz.${mac}`, `00000000.${id}.${expiry}.${mac}`],
      paymentLinkToken(foreign, { ...claim, keyId: foreign[0].id }),
      own && paymentLinkToken(own, { ...claim, keyId: own[0].id }),
    ];
    const told = new Set<string>();
    for (const forgery of forgeries) {
      const answer = await get(`${world.url}/public/pay/${forgery}`).expect(404);
      told.add(JSON.stringify({ ...answer.body, request_id: "" }));
      expect((await get(`${world.url}/public/pay/${forgery}`, browser).expect(404)).text).toContain(
        "not valid",
      );
    }
    expect(told.size).toBe(1);
  });

  it("says that a payment is under way, and that the last one failed", async () => {
    const [processing, failed] = [await world.issue(), await world.issue()];
    await startLinkPayment(world.deps, { ...processing, linkId: await linkIdOf(processing) });
    await world.test.owner.query("update payment_attempt set state = 'processing' where invoice_id = $1", [
      processing.invoiceId,
    ]);
    await startLinkPayment(world.deps, { ...failed, linkId: await linkIdOf(failed) });
    await world.test.owner.query(
      "update payment_attempt set failure_code = 'card_declined' where invoice_id = $1",
      [failed.invoiceId],
    );
    expect((await get(`${processing.link}/state`).expect(200)).body).toEqual({ state: "processing" });
    expect((await post(`${processing.link}/intent`).expect(409)).body).toMatchObject({
      code: "payment_in_progress",
    });
    expect((await get(`${failed.link}/state`).expect(200)).body).toEqual({ state: "failed" });
  });
});

describe("the limits of a link", () => {
  it("are 10 tries a minute for one address, pages and payments together, then 429 and when to come back", async () => {
    const [invoice, other] = [await world.issue(), await world.issue()];
    const address = "192.0.2.7";
    for (let n = 0; n < 9; n++) await get(invoice.link, "application/json", address).expect(200);
    await post(`${invoice.link}/intent`, address).expect(200);
    const refused = await get(invoice.link, "application/json", address).expect(429);
    expect(refused.body).toMatchObject({ code: "rate_limited" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
    await post(`${invoice.link}/intent`, address).expect(429);
    const page = await get(invoice.link, browser, address).expect(429);
    expect(page.text).toContain("One moment, please");
    await get(other.link, "application/json", address).expect(200);
    await get(invoice.link, "application/json", "192.0.2.8").expect(200);
    await get(`${invoice.link}/state`, "application/json", address).expect(200);
  });

  it("are counted together by all processes", async () => {
    const { link } = await world.issue();
    const second = createApp({
      ...{ deps: world.deps, queues: world.queues, admin: null, stripeWebhookSecret: null },
      ...{ startedAt: new Date(), trustProxy: "loopback" },
    });
    const address = "192.0.2.9";
    for (let n = 0; n < 10; n++) await get(link, "application/json", address).expect(200);
    await supertest(second)
      .get(new URL(link).pathname)
      .set({ Accept: "application/json", "X-Forwarded-For": address })
      .expect(429);
  });

  it("close the link when nobody can count, and forgeries are refused without asking anybody", async () => {
    const { link } = await world.issue();
    const dead = "postgresql://nobody@127.0.0.1:1/none";
    const database = openDatabase({ url: dead, poolSize: 1, causes: () => [] });
    const queues = await openTestQueues(dead);
    const counting = { ...queues, countHit: queues.countHit && (() => Promise.reject(new Error("down"))) };
    const app = createApp({
      ...{ deps: { ...world.deps, database }, queues: counting, admin: null, stripeWebhookSecret: null },
      startedAt: new Date(),
    });
    const path = new URL(link).pathname;
    const json = await supertest(app).get(path).set("Accept", "application/json").expect(503);
    expect(json.body).toMatchObject({ code: "rate_limit_unavailable" });
    expect((await supertest(app).get(path).set("Accept", browser).expect(503)).text).toContain(
      "Out of order",
    );
    await supertest(app).get(`${path}x`).set("Accept", "application/json").expect(404);
    await database.close();
    await queues.close();
  });
});

describe("a token", () => {
  it("stands in no log line", async () => {
    const { link } = await world.issue();
    const lines: string[] = [];
    const logger = Object.assign(Object.create(world.deps.logger), {
      isLevelEnabled: () => true,
      log: (level: string, message: string, fields: object) => {
        lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
      },
    }) as typeof world.deps.logger;
    const app = createApp({
      ...{ deps: { ...world.deps, logger }, queues: world.queues, admin: null, stripeWebhookSecret: null },
      startedAt: new Date(),
    });
    const path = new URL(link).pathname;
    for (const end of ["", "/state", "/pdf", "/unknown"]) await supertest(app).get(`${path}${end}`);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).not.toContain(path.split("/").at(-1));
  });
});

async function linkIdOf(invoice: IssuedInvoice): Promise<string> {
  const { rows } = await world.test.owner.query("select id from payment_link where invoice_id = $1", [
    invoice.invoiceId,
  ]);
  return String(rows[0]?.id);
}

const seller = {
  ...{ name: "Acme", address: [], taxId: null, logo: null, color: null, footer: null, email: null },
};
