/** What a payer's browser needs to speak to Stripe: nothing secret, and every place that it may load from or send to. */
export type StripeBrowser = {
  readonly publishableKey: string;
  readonly scriptUrl: string;
  /** Sources for a Content-Security-Policy. */
  readonly sources: {
    readonly script: readonly string[];
    readonly connect: readonly string[];
    readonly frame: readonly string[];
  };
};

/** The release of Stripe.js that belongs to the API version of our SDK. */
const realScript = "https://js.stripe.com/endive/stripe.js";

/**
 * Stripe's own script, or with another server in its place (the sandbox) that server's. Null without a publishable key.
 * Source of the sources: Stripe's security guide, "Content Security Policy".
 */
export function stripeBrowser(config: {
  readonly publishableKey: string | undefined;
  readonly apiBase: string | null;
}): StripeBrowser | null {
  if (config.apiBase !== null) {
    const { origin } = new URL(config.apiBase);
    return {
      publishableKey: config.publishableKey ?? "pk_test_sandbox",
      scriptUrl: `${origin}/stripe.js`,
      sources: { script: [origin], connect: [origin], frame: [] },
    };
  }
  if (config.publishableKey === undefined) return null;
  return {
    publishableKey: config.publishableKey,
    scriptUrl: realScript,
    sources: {
      script: ["https://js.stripe.com", "https://*.js.stripe.com"],
      connect: ["https://api.stripe.com"],
      frame: ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"],
    },
  };
}
