import type { Fault } from "../faults.ts";

/** The error that a fault answers with, in Stripe's words for its status. */
export function faultBody({ status = 500, code }: Pick<Fault, "status" | "code">): unknown {
  if (status === 429) return { error: { type: "invalid_request_error", ...tooMany(code ?? "rate_limit") } };
  if (status >= 500) {
    const message = "An unknown error occurred. (Injected by a sandbox fault.)";
    return { error: { type: "api_error", message, ...(code === undefined ? {} : { code }) } };
  }
  const type = status === 402 ? "card_error" : "invalid_request_error";
  return {
    error: { type, code: code ?? "sandbox_fault", message: `Injected by a sandbox fault (${status}).` },
  };
}

function tooMany(code: string): { readonly code: string; readonly message: string } {
  const message =
    code === "lock_timeout"
      ? "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request."
      : "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode.";
  return { code, message };
}
