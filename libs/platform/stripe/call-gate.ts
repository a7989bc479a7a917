import Stripe from "stripe";

/** Stands before every call to a provider, and hears how it went. */
export type CallGate = {
  /** @throws DomainError provider_unavailable while the provider is left alone */
  readonly enter: () => Promise<void>;
  /** It answered, whatever it said. */
  readonly answered: () => Promise<void>;
  /** It gave no answer, or said that it is down. */
  readonly failed: (why: string) => Promise<void>;
};

/** The SDK's own HTTP client behind a gate. A 5xx is an outage; a refusal and a limit are answers. */
export function gatedHttpClient(gate: CallGate): Stripe.HttpClient {
  const plain = Stripe.createNodeHttpClient();
  return {
    getClientName: () => plain.getClientName(),
    makeRequest: async (...request) => {
      await gate.enter();
      let response: Awaited<ReturnType<typeof plain.makeRequest>>;
      try {
        response = await plain.makeRequest(...request);
      } catch (error) {
        await gate.failed(error instanceof Error ? error.message : String(error));
        throw error;
      }
      const status = response.getStatusCode();
      await (status >= 500 ? gate.failed(`HTTP status ${status}`) : gate.answered());
      return response;
    },
  };
}
