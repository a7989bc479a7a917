import * as params from "./params.ts";
import { answer, type StripeRoute } from "./stripe-route.ts";

/** The id of the account of every key that names none. */
const unnamedAccount = "acct_sandbox";

export const accountRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/account",
    handle: ({ account, form }) => {
      params.readParams(form, {});
      return answer({
        ...{ id: account === "" ? unnamedAccount : account, object: "account" },
        ...{ charges_enabled: true, details_submitted: true, payouts_enabled: true },
      });
    },
  },
];
