import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { collectInvoice } from "#libs/billing/payment/collect-invoice.ts";
import { openPayWorld, type PayWorld } from "#libs/testkit/pay-world.ts";
import { openTestBrowser } from "#libs/testkit/test-browser.ts";
import { revokePaymentLink } from "#libs/billing/payment/revoke-payment-link.ts";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import type { IssuedInvoice } from "#libs/testkit/invoice-rows.ts";

const good = "4242424242424242";
const bad = "4000000000000002";

let world: PayWorld;
let browser: Browser;
let tabs: BrowserContext;
/** What the browser complained of: refused by the policy, failed scripts. */
let complaints: string[];

beforeAll(async () => {
  [world, browser] = await Promise.all([openPayWorld(), openTestBrowser()]);
});
beforeEach(async () => {
  tabs = await browser.createBrowserContext();
  complaints = [];
});
afterEach(async () => {
  await tabs.close();
  await world.sandbox.control("DELETE", "/_sandbox/faults");
  expect(complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

async function open(link: string): Promise<Page> {
  const page = await tabs.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("console", (message) => {
    const isAnswer = message.text().startsWith("Failed to load resource: the server responded with a status");
    if (message.type() === "error" && !isAnswer) complaints.push(message.text());
  });
  await page.goto(link, { waitUntil: "networkidle0" });
  return page;
}

async function fillCard(page: Page, number: string): Promise<void> {
  await page.locator("pierce/[name=number]").fill(number);
  await page.locator("pierce/[name=expiry]").fill("12 / 44");
  await page.locator("pierce/[name=cvc]").fill("123");
}

const press = (page: Page) => page.locator("#pay-button").click();
/** What can be seen, not what is hidden. */
const textOf = async (page: Page) => String(await page.evaluate("document.body.innerText"));
const shows = (page: Page, selector: string) => page.waitForSelector(`${selector}:not([hidden])`);

/** Works what the webhooks cause until the page says so. */
async function until(page: Page, words: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    await world.work();
    const text = await textOf(page).catch(() => "");
    if (text.includes(words)) return;
    await world.sandbox.control("GET", "/_sandbox/health");
  }
  throw new Error(`the page never said "${words}": ${await textOf(page)}`);
}

/** Confirmations that moved money, as the sandbox wrote them down. */
async function chargesOf(invoice: IssuedInvoice): Promise<number> {
  const intents = (await world.sandbox.stripe().paymentIntents.list({ limit: 100 })).data.filter(
    (intent) => intent.metadata["billwright_invoice"] === invoice.invoiceId,
  );
  const journal = await world.sandbox.journal("?service=stripe");
  return journal.filter(
    ({ path, status }) => status === 200 && intents.some((intent) => path?.endsWith(`${intent.id}/confirm`)),
  ).length;
}

async function paymentOf(invoice: IssuedInvoice) {
  const { rows } = await world.test.owner.query(
    `select i.payment_status as status, i.amount_paid_minor::text as paid,
       (select count(*)::int from payment p where p.invoice_id = i.id) as payments,
       (select array_agg(a.state order by a.opened_at) from payment_attempt a where a.invoice_id = i.id) as attempts
     from invoice i where i.id = $1`,
    [invoice.invoiceId],
  );
  return rows[0] as { status: string; paid: string; payments: number; attempts: string[] | null };
}

const paidOnce = { status: "succeeded", paid: "1234", payments: 1, attempts: ["succeeded"] };

describe("the page where a customer pays", () => {
  it("is paid by keyboard alone, and says so only when the signed webhook has", async () => {
    const invoice = await world.issue();
    const page = await open(invoice.link);
    expect(await textOf(page)).toContain("$12.34");
    await page.locator("pierce/[name=number]").wait();
    await page.focus("pierce/[name=number]");
    await page.keyboard.type(good);
    await page.keyboard.press("Tab");
    await page.keyboard.type("1244");
    await page.keyboard.press("Tab");
    await page.keyboard.type("123");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("pay-button");
    await page.keyboard.press("Enter");
    await shows(page, "#pay-progress");
    expect((await paymentOf(invoice)).paid).toBe("0");
    await until(page, "Paid, thank you");
    expect(await paymentOf(invoice)).toEqual(paidOnce);
    expect(await textOf(page)).not.toContain(invoice.number);
  });

  it("says why a card was declined, and takes the next one", async () => {
    const invoice = await world.issue();
    const page = await open(invoice.link);
    await fillCard(page, bad);
    await press(page);
    await shows(page, "#pay-alert");
    expect(await textOf(page)).toContain("Your card was declined.");
    await world.work();
    const second = await open(invoice.link);
    expect(await textOf(second)).toContain("did not go through");
    await fillCard(page, good);
    await press(page);
    await until(page, "Paid, thank you");
    expect(await paymentOf(invoice)).toEqual(paidOnce);
    expect(await chargesOf(invoice)).toBe(1);
  });

  it("charges once when two tabs pay at the same moment", async () => {
    const invoice = await world.issue();
    const [one, two] = [await open(invoice.link), await open(invoice.link)];
    await fillCard(one, good);
    await fillCard(two, good);
    await Promise.all([press(one), press(two)]);
    await until(one, "Paid, thank you");
    await until(two, "Paid, thank you");
    expect(await chargesOf(invoice)).toBe(1);
    expect(await paymentOf(invoice)).toEqual(paidOnce);
  });

  it("charges once when the second tab pays after the first, before any webhook", async () => {
    const invoice = await world.issue();
    const [one, two] = [await open(invoice.link), await open(invoice.link)];
    await fillCard(one, good);
    await press(one);
    await shows(one, "#pay-progress");
    await fillCard(two, good);
    await press(two);
    await shows(two, "#pay-progress");
    await until(two, "Paid, thank you");
    expect(await chargesOf(invoice)).toBe(1);
    expect(await paymentOf(invoice)).toEqual(paidOnce);
  });

  it("shows no form while a saved method is charged", async () => {
    const invoice = await world.issue({ collection: "charge_automatically" });
    await world.sandbox.control("POST", "/_sandbox/faults", {
      service: "webhook",
      action: "drop",
      times: null,
    });
    await collectInvoice(world.deps, invoice);
    const page = await open(invoice.link);
    expect(await textOf(page)).toContain("Your payment is being processed");
    expect(await page.$eval("#pay-form", (form) => form.hasAttribute("hidden"))).toBe(true);
  });

  it("waits for a bank debit, and offers the form again when the bank gives it back", async () => {
    const invoice = await world.issue();
    const page = await open(invoice.link);
    await page.locator("pierce/[value=bank]").click();
    await press(page);
    await until(page, "may take some days");
    // A page that is opened before the webhook has come still offers the form.
    while ((await paymentOf(invoice)).attempts?.[0] !== "processing") {
      await world.work();
      await world.sandbox.control("GET", "/_sandbox/health");
    }
    const later = await open(invoice.link);
    await until(later, "Your payment is being processed");
    const [intent] = (await world.sandbox.stripe().paymentIntents.list({ limit: 1 })).data;
    await world.sandbox.control("POST", `/_sandbox/payment_intents/${intent?.id}/settle`, {
      outcome: "failed",
    });
    await until(later, "did not go through");
    await fillCard(later, good);
    await press(later);
    await until(later, "Paid, thank you");
    expect(await paymentOf(invoice)).toEqual(paidOnce);
  });

  it("prints what a hostile customer calls himself, and does nothing of it", async () => {
    const name = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>{{7*7}}`;
    const { customer } = invoiceDocument();
    const document = { customer: { ...customer, name }, lines: [documentLine({ description: name })] };
    const page = await open((await world.issue({ document })).link);
    expect((await textOf(page)).split(name)).toHaveLength(3);
    expect(await page.$$("img[src=x], main script")).toEqual([]);
  });

  it("fits a phone without scrolling sideways, and says which invoice of whom", async () => {
    const page = await open((await world.issue()).link);
    await page.setViewport({ width: 320, height: 640 });
    const [width, inner] = (await page.evaluate(
      "[document.documentElement.scrollWidth, innerWidth]",
    )) as number[];
    expect(width).toBeLessThanOrEqual(inner ?? 0);
    expect(await page.title()).toMatch(/^Invoice INV-\d+ from Acme Cloud, Inc\.$/);
  });

  it("says so when Stripe's script cannot be loaded, and does not stay silent", async () => {
    const invoice = await world.issue();
    const page = await tabs.newPage();
    await page.setRequestInterception(true);
    page.on("request", (request) =>
      request.url().endsWith("/stripe.js") ? request.abort() : request.continue(),
    );
    await page.goto(invoice.link, { waitUntil: "networkidle0" });
    expect(await textOf(page)).toContain("could not be loaded");
  });
});

describe("links that open nothing", () => {
  const expire = (invoice: IssuedInvoice) =>
    world.test.owner.query("update payment_link set expires_at = now() where invoice_id = $1", [
      invoice.invoiceId,
    ]);
  const revoke = (invoice: IssuedInvoice) => world.tenant.inTenant((tx) => revokePaymentLink(tx, invoice));

  it("an expired one says so, without the invoice", async () => {
    const invoice = await world.issue();
    await expire(invoice);
    const text = await textOf(await open(invoice.link));
    expect(text).toContain("This link has expired");
    expect(text).not.toMatch(/12\.34|INV-|Globex/);
  });

  it("a revoked one says so, without the invoice", async () => {
    const invoice = await world.issue();
    await revoke(invoice);
    const text = await textOf(await open(invoice.link));
    expect(text).toContain("This link no longer works");
    expect(text).not.toMatch(/12\.34|INV-|Globex/);
  });

  it("a forged one is not valid", async () => {
    const { link } = await world.issue();
    const forged = link.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect(await textOf(await open(forged))).toContain("This link is not valid");
  });

  it("one that is revoked while its page stands open charges nothing, and what was begun is withdrawn", async () => {
    const invoice = await world.issue();
    const page = await open(invoice.link);
    await fillCard(page, bad);
    await press(page);
    await shows(page, "#pay-alert");
    await revoke(invoice);
    await fillCard(page, good);
    await press(page);
    await until(page, "This link no longer works");
    await world.work();
    expect(await chargesOf(invoice)).toBe(0);
    expect(await paymentOf(invoice)).toMatchObject({ paid: "0", attempts: ["canceled"] });
  });
});
