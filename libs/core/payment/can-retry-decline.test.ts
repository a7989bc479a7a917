import { canRetryDecline } from "./can-retry-decline.ts";

describe("canRetryDecline", () => {
  it.each([
    ...[
      "insufficient_funds",
      "processing_error",
      "try_again_later",
      "reenter_transaction",
      "issuer_not_available",
    ],
    ...[
      "generic_decline",
      "do_not_honor",
      "call_issuer",
      "card_velocity_exceeded",
      "a_code_of_tomorrow",
      null,
    ],
  ])("lets %s be tried again", (code) => {
    expect(canRetryDecline({ code })).toBe(true);
    expect(canRetryDecline({ code, adviceCode: null })).toBe(true);
    expect(canRetryDecline({ code, adviceCode: "try_again_later" })).toBe(true);
  });

  it.each([
    ...["lost_card", "stolen_card", "pickup_card", "restricted_card", "expired_card", "incorrect_number"],
    ...[
      "invalid_account",
      "do_not_try_again",
      "revocation_of_authorization",
      "stop_payment_order",
      "fraudulent",
    ],
    ...["transaction_not_allowed", "authentication_required", "account_closed", "debit_not_authorized"],
  ])("does not try %s again, whatever is advised", (code) => {
    expect(canRetryDecline({ code })).toBe(false);
    expect(canRetryDecline({ code, adviceCode: "try_again_later" })).toBe(false);
  });

  it.each(["do_not_try_again", "confirm_card_data"])("follows the advice %s", (adviceCode) => {
    expect(canRetryDecline({ code: "generic_decline", adviceCode })).toBe(false);
    expect(canRetryDecline({ code: null, adviceCode })).toBe(false);
  });
});
