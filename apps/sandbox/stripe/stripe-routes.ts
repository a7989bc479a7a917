import { accountRoutes } from "./account.ts";
import { customerRoutes } from "./customers.ts";
import { disputeRoutes } from "./disputes.ts";
import { balanceRoutes, eventRoutes } from "./events.ts";
import { invoiceItemRoutes } from "./invoice-items.ts";
import { invoicePaymentRoutes } from "./invoice-payments.ts";
import { invoiceRoutes } from "./invoices.ts";
import { paymentIntentRoutes } from "./payment-intents.ts";
import { paymentMethodRoutes } from "./payment-methods.ts";
import { refundRoutes } from "./refunds.ts";
import { StripeError } from "./stripe-error.ts";
import type { StripeRoute } from "./stripe-route.ts";

const routes: readonly StripeRoute[] = [
  ...customerRoutes,
  ...paymentMethodRoutes,
  ...invoiceRoutes,
  ...invoiceItemRoutes,
  ...invoicePaymentRoutes,
  ...paymentIntentRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...eventRoutes,
  ...balanceRoutes,
  ...accountRoutes,
];

const compiled = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
}));

type MatchedRoute = { readonly route: StripeRoute; readonly ids: Readonly<Record<string, string>> };

/** The route of a request. @throws StripeError 404 for a URL that the sandbox does not know */
export function matchRoute(method: string, path: string): MatchedRoute {
  for (const { route, pattern } of compiled) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (match !== null) return { route, ids: { ...match.groups } };
  }
  const message = `Unrecognized request URL (${method}: ${path}). The Billwright sandbox implements a part of Stripe's API; see apps/sandbox/README.md.`;
  throw new StripeError(404, { type: "invalid_request_error", message }, false);
}
