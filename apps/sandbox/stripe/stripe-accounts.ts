import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { HttpRequest } from "../http/http-exchange.ts";
import { StripeError } from "./stripe-error.ts";
import { accountOfRequest } from "./stripe-request.ts";
import { openStripeSandbox, type StripeSandbox } from "./stripe-sandbox.ts";

type AccountDeps = Omit<Parameters<typeof openStripeSandbox>[0], "account">;

/**
 * Stripe with several accounts: each key sees the objects of its own account and no others. An account is there as soon as a
 * key names it (`sk_test_acct_..._...`), and is told about at the endpoint's address with `/acct_...` behind it.
 */
export function openStripeAccounts(deps: AccountDeps): StripeSandbox {
  const folder = join(deps.dataDir, "stripe-accounts");
  const opened = new Map<string, StripeSandbox>([["", openStripeSandbox({ ...deps, account: "" })]]);
  const open = (account: string): StripeSandbox => {
    const known = opened.get(account);
    if (known !== undefined) return known;
    const dataDir = join(folder, account);
    mkdirSync(dataDir, { recursive: true });
    const endpoint = () => {
      const base = deps.endpoint();
      return base === undefined ? undefined : { ...base, url: `${base.url}/${account}` };
    };
    const made = openStripeSandbox({ ...deps, dataDir, endpoint, account });
    opened.set(account, made);
    return made;
  };
  for (const account of existsSync(folder) ? readdirSync(folder) : []) open(account);
  /** What only one account can do, since the object is only there. */
  const inAny = <T>(work: (stripe: StripeSandbox) => T): T => {
    const accounts = [...opened.values()];
    for (const stripe of accounts.slice(0, -1)) {
      try {
        return work(stripe);
      } catch (error) {
        if (!(error instanceof StripeError) || error.status !== 404) throw error;
      }
    }
    return work(accounts.at(-1) as StripeSandbox);
  };
  return {
    handle: (request: HttpRequest) => open(accountOfRequest(request)).handle(request),
    settle: (id, succeeds) => inAny((stripe) => stripe.settle(id, succeeds)),
    settleRefund: (id, succeeds) => inAny((stripe) => stripe.settleRefund(id, succeeds)),
    openDispute: (id, status) => inAny((stripe) => stripe.openDispute(id, status)),
    moveDispute: (id, status) => inAny((stripe) => stripe.moveDispute(id, status)),
    resend: (id, as) => inAny((stripe) => stripe.resend(id, as)),
    pendingWebhooks: () => sum([...opened.values()].map((stripe) => stripe.pendingWebhooks())),
    counts: () => {
      const total: Record<string, number> = {};
      for (const stripe of opened.values())
        for (const [name, rows] of Object.entries(stripe.counts())) total[name] = (total[name] ?? 0) + rows;
      return total;
    },
    close: () => {
      for (const stripe of opened.values()) stripe.close();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
