/** What a provider says of a payment that brought no money. */
export type Decline = {
  /** The decline code of the issuer where there is one, else the error's code; null: nobody said why. */
  readonly code: string | null;
  /** What the issuer advises to do, where it does. */
  readonly adviceCode?: string | null | undefined;
};

/** Advice of an issuer that the same method as it is will not be charged. */
const finalAdvice: ReadonlySet<string> = new Set(["do_not_try_again", "confirm_card_data"]);

/**
 * What trying again with the same method cannot change: it is gone or blocked, its details are wrong, it may not be used for
 * this, its owner forbade it, or its owner must be there. Networks fine merchants who try such cards again.
 */
const finalCodes: ReadonlySet<string> = new Set([
  ...["lost_card", "stolen_card", "pickup_card", "restricted_card", "expired_card"],
  ...["incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc"],
  ...["invalid_expiry_month", "invalid_expiry_year", "invalid_account", "new_account_information_available"],
  ...[
    "do_not_try_again",
    "no_action_taken",
    "not_permitted",
    "service_not_allowed",
    "transaction_not_allowed",
  ],
  ...["card_not_supported", "currency_not_supported", "security_violation"],
  ...["fraudulent", "highest_risk_level", "merchant_blacklist"],
  ...["revocation_of_authorization", "revocation_of_all_authorizations", "stop_payment_order"],
  "authentication_required",
  // Of bank accounts.
  ...["account_closed", "account_frozen", "bank_ownership_changed", "debit_not_authorized"],
  ...["invalid_account_number", "no_account"],
]);

/**
 * Whether a declined payment may be tried again by itself with the same method. What is not known to be final may: money may
 * come (insufficient_funds), a bank may answer (processing_error, try_again_later), and most issuers do not say why
 * (generic_decline, do_not_honor).
 * Source: https://docs.stripe.com/declines/codes, https://docs.stripe.com/declines/card#retrying-issuer-declines,
 * https://docs.stripe.com/billing/revenue-recovery/smart-retries
 */
export function canRetryDecline({ code, adviceCode }: Decline): boolean {
  return !finalAdvice.has(adviceCode ?? "") && !finalCodes.has(code ?? "");
}
