import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { buildDeps } from "./build-deps.ts";

const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });
const secret = "a secret of the tests of 32 characters or more";
const stripe = { INVOICE_ENABLE_STRIPE: "true", STRIPE_WEBHOOK_SECRET: "whsec_x" };

/** Nothing connects: there is no server at that address. */
async function linksOf(settings: Readonly<Record<string, string>>, isBesideApi = false) {
  const config = readConfig({ DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none", ...settings });
  const built = await buildDeps(config, logger, { causes: () => [], isBesideApi });
  await built.close();
  return built.deps.paymentLinks;
}

describe("payment links", () => {
  it("are needed as soon as Stripe's key is live, and what is missing is named", async () => {
    const live = { ...stripe, STRIPE_API_KEY: "sk_live_x" };
    await expect(linksOf(live)).rejects.toThrow(/PAYMENT_LINK_SECRET[\s\S]*STRIPE_PUBLISHABLE_KEY/);
    const whole = { ...live, PAYMENT_LINK_SECRET: secret, STRIPE_PUBLISHABLE_KEY: "pk_live_x" };
    expect(await linksOf(whole)).not.toBeNull();
  });

  it("are not missed by a command beside a running stack, which keeps their secret to itself", async () => {
    expect(await linksOf({ ...stripe, STRIPE_API_KEY: "sk_live_x" }, true)).toBeNull();
  });

  it("are off without Stripe, and with test keys until they are set up", async () => {
    expect(await linksOf({ PAYMENT_LINK_SECRET: secret })).toBeNull();
    expect(await linksOf({ ...stripe, STRIPE_API_KEY: "sk_test_x" })).toBeNull();
  });

  it("load Stripe's own script, and the sandbox's only from a server that stands in for Stripe", async () => {
    const test = { ...stripe, STRIPE_API_KEY: "sk_test_x", PAYMENT_LINK_SECRET: secret };
    const real = await linksOf({ ...test, STRIPE_PUBLISHABLE_KEY: "pk_test_x" });
    expect(real?.browser.scriptUrl).toMatch(/^https:\/\/js\.stripe\.com\//);
    const sandbox = await linksOf({ ...test, STRIPE_API_BASE: "http://127.0.0.1:12111" });
    expect(sandbox?.browser.scriptUrl).toBe("http://127.0.0.1:12111/stripe.js");
  });

  it("are signed by the first secret and verified by all", async () => {
    const older = "an older secret of the tests of 32 characters";
    const keys = { ...stripe, STRIPE_API_KEY: "sk_test_x", STRIPE_PUBLISHABLE_KEY: "pk_test_x" };
    const [one, two, both] = [
      await linksOf({ ...keys, PAYMENT_LINK_SECRET: secret }),
      await linksOf({ ...keys, PAYMENT_LINK_SECRET: older }),
      await linksOf({ ...keys, PAYMENT_LINK_SECRET: `${secret},${older}` }),
    ];
    expect(both?.keys).toEqual([...(one?.keys ?? []), ...(two?.keys ?? [])]);
  });
});
