import { z } from "zod";
import { loadInvoicePdf } from "#libs/billing/invoice/load-invoice-pdf.ts";
import { type OpenedLink, openPaymentLink } from "#libs/billing/payment/open-payment-link.ts";
import { startLinkPayment } from "#libs/billing/payment/start-link-payment.ts";
import { publishableKeyOf } from "#libs/billing/payment/tenant-stripe.ts";
import { payableBy, paymentPageWire, presentPayableInvoice } from "#libs/billing/wire/payment-page-wire.ts";
import { type DomainError, domainError, type ErrorCode } from "#libs/core/errors.ts";
import { printedLanguages, printedLocale } from "#libs/core/locale.ts";
import { formatMoney, money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { type PaymentLinkState, showsInvoice } from "#libs/core/payment/payment-link-state.ts";
import { readPaymentLinkToken } from "#libs/core/payment/payment-link-token.ts";
import type { ApiDeps } from "../api-deps.ts";
import { type Answer, defineRoute, type OpenRequest, type Route } from "../define-route.ts";
import { describeProblem } from "../middleware/error-response.ts";
import { brandOf, payPolicy } from "../pay/pay-layout.ts";
import { type PayMessage, payMessagePage } from "../pay/pay-message.ts";
import { payPage } from "../pay/pay-page.ts";
import { payScript } from "../pay/pay-script.ts";
import { payStyle } from "../pay/pay-style.ts";
import { storageErrors } from "../storage-errors.ts";

const tag = "Payment page";
const path = "/public/pay/{token}";
const byToken = z.strictObject({ token: z.string() });
const exampleToken =
  "1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9";
const htmlType = "text/html; charset=utf-8";
const gone = [
  ...(["payment_link_not_found", "payment_link_expired", "payment_link_revoked"] as const),
  ...(["payment_link_void", "payment_link_closed", "rate_limited", "rate_limit_unavailable"] as const),
];

type Request = OpenRequest<z.output<typeof byToken>, unknown, unknown>;

/** How often one address may do something with one link, in a minute. */
const perMinute = { try: 10, pdf: 10, state: 60 } as const;

/**
 * Looks behind the link of a request. A token that we did not sign costs one HMAC and no statement, whatever is wrong
 * with it; one that we signed is counted before anything is read.
 * @throws DomainError payment_link_not_found, rate_limited, rate_limit_unavailable
 */
async function behindLink(
  api: ApiDeps,
  request: Request,
  purpose: keyof typeof perMinute,
): Promise<OpenedLink> {
  const { address, requestId } = request;
  const { paymentLinks, database } = api.deps;
  const claim = paymentLinks === null ? null : readPaymentLinkToken(paymentLinks.keys, request.params.token);
  if (claim === null) throw domainError("payment_link_not_found");
  await api.tries.count(`pay-${purpose}:${claim.linkId}:${address}`, perMinute[purpose]);
  const opened = await openPaymentLink(database, claim, { requestId, address });
  if (opened === null) throw domainError("payment_link_not_found");
  return opened;
}

const endedBy: Readonly<Partial<Record<PaymentLinkState, ErrorCode>>> = {
  expired: "payment_link_expired",
  revoked: "payment_link_revoked",
  void: "payment_link_void",
  closed: "payment_link_closed",
};

/** @throws DomainError of a link that has ended; a paid invoice is no error */
function refuseEnded(state: PaymentLinkState): void {
  const code = endedBy[state];
  if (code !== undefined) throw domainError(code);
}

function wantsJson({ header }: Request): boolean {
  const accept = header("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function messageOf(error: DomainError | { readonly code: string }): PayMessage {
  if (error.code === "payment_link_not_found") return "unknown";
  if (error.code === "rate_limited") return "busy";
  return error.code === "pdf_not_ready" ? "no_pdf" : "unavailable";
}

/** Shows a person what a program is told as a problem. */
async function forPeople<T>(
  api: ApiDeps,
  request: Request,
  work: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
  try {
    return await work();
  } catch (error) {
    const { problem, headers, unexpected } = describeProblem(error, request.requestId);
    if (unexpected || wantsJson(request)) throw error;
    return htmlAnswer(
      payMessagePage(messageOf(problem), { publicUrl: api.deps.publicUrl, locale: askedLocale(request) }),
      problem.status,
      headers,
    );
  }
}

/** The language of a page that stands for no invoice: the one that the browser asks for most, else English. */
function askedLocale({ languageOf }: Request): string {
  return languageOf(["en", ...printedLanguages]) ?? "en";
}

/** An invoice is paid in the language that it is written in; where we have no words for it, as the browser asks. */
function pageLocale(opened: OpenedLink, request: Request): string {
  const { locale } = opened.invoice.document;
  return printedLocale(locale) === locale ? locale : askedLocale(request);
}

function htmlAnswer(content: string, status: number, headers: Readonly<Record<string, string>>) {
  const policy = { "Content-Security-Policy": payPolicy(null), Vary: "Accept, Accept-Language" };
  return { content, contentType: htmlType, status, headers: { ...policy, ...headers } };
}

async function showPage(
  api: ApiDeps,
  opened: OpenedLink,
  request: Request,
): Promise<Answer<z.input<typeof paymentPageWire>>> {
  const { state } = opened;
  const locale = pageLocale(opened, request);
  const { publicUrl, paymentLinks } = api.deps;
  if (state === "open" || state === "processing" || state === "failed") {
    if (paymentLinks === null) throw domainError("payment_link_not_found");
    const publishableKey = (await publishableKeyOf(api.deps, opened)) ?? paymentLinks.browser.publishableKey;
    const browser = { ...paymentLinks.browser, publishableKey };
    const pdfUrl = `${publicUrl}/public/pay/${request.params.token}/pdf`;
    const page = payPage(opened, { publicUrl, browser, pdfUrl, locale });
    return htmlAnswer(page, 200, { "Content-Security-Policy": payPolicy(browser) });
  }
  const page = payMessagePage(state, { publicUrl, locale, brand: brandOf(opened.brand) });
  return htmlAnswer(page, state === "paid" ? 200 : 410, {});
}

const show = defineRoute({
  method: "get",
  path,
  tag,
  summary: "Open a payment link",
  description:
    "JSON for Accept: application/json, else the page where the customer pays. A link that is not ours is 404; one of ours that has expired, was revoked or leads to a void invoice 410; a paid invoice 200: none of them shows anything of the invoice. 10 tries a minute per link and address.",
  access: "public",
  params: byToken,
  query: z.looseObject({}),
  response: { status: 200, schema: paymentPageWire, contentTypes: ["text/html"] },
  errors: gone,
  example: {
    params: { token: exampleToken },
    response: { state: "paid", message: "Invoice already paid" },
  },
  open: (api, request) =>
    forPeople(api, request, async () => {
      const opened = await behindLink(api, request, "try");
      if (!wantsJson(request)) return showPage(api, opened, request);
      refuseEnded(opened.state);
      const { state, invoice } = opened;
      const headers = { Vary: "Accept" };
      if (state !== "open" && state !== "processing" && state !== "failed") {
        return { body: { state: "paid" as const, message: "Invoice already paid" }, headers };
      }
      const pdfUrl = `${api.deps.publicUrl}/public/pay/${request.params.token}/pdf`;
      const paymentMethods = payableBy(invoice.currency);
      return { body: { state, invoice: presentPayableInvoice(invoice, pdfUrl), paymentMethods }, headers };
    }),
});

const stateWire = z
  .object({ state: z.enum(["open", "processing", "failed", "paid"]) })
  .meta({ id: "PaymentPageState" });

const watch = defineRoute({
  method: "get",
  path: `${path}/state`,
  tag,
  summary: "How a payment stands",
  description: "What the page watches while money is on its way. 60 a minute per link and address.",
  access: "public",
  params: byToken,
  response: { status: 200, schema: stateWire },
  errors: gone,
  example: { params: { token: exampleToken }, response: { state: "processing" } },
  open: async (api, request) => {
    const { state } = await behindLink(api, request, "state");
    refuseEnded(state);
    return { body: stateWire.parse({ state }) };
  },
});

const pdf = defineRoute({
  method: "get",
  path: `${path}/pdf`,
  tag,
  summary: "The PDF of the invoice behind a link",
  description: "While there is something to pay. 10 a minute per link and address.",
  access: "public",
  params: byToken,
  response: { status: 200, contentTypes: ["application/pdf"], description: "The file" },
  errors: [...gone, "pdf_not_ready", ...storageErrors, "object_not_found", "object_conflict"],
  example: { params: { token: exampleToken } },
  open: (api, request) =>
    forPeople(api, request, async () => {
      const opened = await behindLink(api, request, "pdf");
      if (!showsInvoice(opened.state)) {
        if (!wantsJson(request)) return showPage(api, opened, request);
        refuseEnded(opened.state);
        throw domainError("payment_link_closed", "The invoice is paid.");
      }
      const file = await loadInvoicePdf(api.deps, opened);
      if (file === null) throw domainError("pdf_not_ready");
      const headers = { "Content-Disposition": `inline; filename="${file.fileName}"` };
      return { content: file.bytes, contentType: "application/pdf", headers };
    }),
});

const intentWire = z
  .object({
    client_secret: z.string().describe("Of the one open PaymentIntent; the browser confirms it with Stripe"),
    publishable_key: z.string(),
    amount: z.string().describe("What is left to pay, in major units"),
    currency: z.string(),
    stripe_amount: z.string().describe("The same in Stripe's smallest unit"),
  })
  .meta({ id: "PaymentPageIntent" });

const intent = defineRoute({
  method: "post",
  path: `${path}/intent`,
  tag,
  summary: "Start the payment of a link",
  description:
    "Opens the one attempt of the invoice for what is left to pay now, or answers the one that is open: two tabs get the same. payment_in_progress while a saved method is charged or money is on its way. 10 tries a minute per link and address, those of the page included.",
  access: "public",
  params: byToken,
  response: { status: 200, schema: intentWire },
  errors: [
    ...gone,
    ...(["invoice_already_paid", "payment_in_progress", "effect_in_progress"] as const),
    ...(["provider_unavailable", "provider_key_refused", "provider_refused"] as const),
    ...(["stripe_amount_inexpressible", "stripe_mode_mismatch", "stripe_account_keyless"] as const),
  ],
  example: {
    params: { token: exampleToken },
    response: {
      client_secret: "pi_3Q0example_secret_example",
      publishable_key: "pk_test_example",
      ...{ amount: "54.00", currency: "USD", stripe_amount: "5400" },
    },
  },
  open: async (api, request) => {
    const opened = await behindLink(api, request, "try");
    refuseEnded(opened.state);
    if (opened.state === "paid") throw domainError("invoice_already_paid", "Nothing is left to pay.");
    if (opened.state === "processing") throw domainError("payment_in_progress");
    const started = await startLinkPayment(api.deps, opened);
    const own = await publishableKeyOf(api.deps, opened);
    const amount = money(started.amountMinor, started.currency);
    return {
      body: {
        client_secret: started.clientSecret,
        publishable_key: own ?? api.deps.paymentLinks?.browser.publishableKey ?? "",
        ...{ amount: formatMoney(amount), currency: started.currency },
        stripe_amount: stripeAmount(amount).toString(),
      },
    };
  },
});

/** Files of the page; its markup carries no script and no style of its own. */
const kept = { "Cache-Control": "public, max-age=300" };

const style = defineRoute({
  method: "get",
  path: "/public/assets/pay.css",
  tag,
  summary: "Style of the payment page",
  access: "public",
  query: z.looseObject({ color: z.string().max(32).optional().describe("The tenant's colour, #rrggbb") }),
  response: { status: 200, contentTypes: ["text/css"], description: "The style sheet" },
  errors: [],
  example: {},
  open: async (_api, { query }) => ({
    ...{ content: payStyle(query.color), contentType: "text/css; charset=utf-8" },
    headers: kept,
  }),
});

const script = defineRoute({
  method: "get",
  path: "/public/assets/pay.js",
  tag,
  summary: "Script of the payment page",
  access: "public",
  response: { status: 200, contentTypes: ["text/javascript"], description: "The script" },
  errors: [],
  example: {},
  open: async () => ({
    ...{ content: payScript, contentType: "text/javascript; charset=utf-8" },
    headers: kept,
  }),
});

export const publicPayRoutes: readonly Route[] = [show, intent, watch, pdf, style, script];
