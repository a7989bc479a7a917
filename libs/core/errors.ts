/**
 * What an error means for whoever caused it: the kind decides the HTTP status and whether a job
 * retries (`isRetryable`), parks its subject or dies (the rest).
 */
export type ErrorKind =
  | "malformed"
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "gone"
  | "conflict"
  | "too_large"
  | "unsupported"
  | "limit"
  | "unavailable"
  /** Not to be had until somebody mends the configuration: waiting does not help. */
  | "misconfigured"
  | "internal";

export const httpStatusByKind: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  gone: 410,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  limit: 429,
  unavailable: 503,
  misconfigured: 503,
  internal: 500,
};

/** Whether the same call may succeed later by itself. */
export function isRetryable(kind: ErrorKind): boolean {
  return kind === "unavailable" || kind === "internal" || kind === "limit";
}

/** Every code that Billwright can answer with: `noun_reason` -> kind and a one-line title. Sorted by noun. */
export const errorTable = {
  account_parked: { kind: "unavailable", title: "The account is put aside: its books do not add up" },
  amount_out_of_range: { kind: "invalid", title: "The amount does not fit into 18 digits of minor units" },
  amount_precision: { kind: "invalid", title: "The amount has more decimals than its currency" },
  amount_syntax: { kind: "invalid", title: "The amount is not a decimal string" },
  anchor_invalid: { kind: "invalid", title: "The billing anchor is not one that a schedule can start from" },
  api_key_rotated: { kind: "conflict", title: "The API key was rotated already" },
  api_key_ended: { kind: "conflict", title: "The API key was revoked or has expired" },
  api_key_invalid: { kind: "unauthorized", title: "The API key is missing or not valid" },
  api_key_not_found: { kind: "not_found", title: "There is no such API key" },
  body_malformed: { kind: "malformed", title: "The body cannot be read" },
  body_too_large: { kind: "too_large", title: "The body is too large" },
  clock_invalid: { kind: "invalid", title: "The clock cannot be set so" },
  clock_advancing: { kind: "conflict", title: "The clock is on its way already" },
  clock_not_found: { kind: "not_found", title: "There is no such test clock" },
  clock_taken: { kind: "conflict", title: "The tenant has a test clock already" },
  coupon_code_taken: { kind: "conflict", title: "The coupon code is in use" },
  coupon_not_found: { kind: "not_found", title: "There is no such coupon" },
  credit_already_used: { kind: "invalid", title: "The credit that the invoice gave has been used" },
  credit_note_already_voided: { kind: "invalid", title: "The credit note is void" },
  credit_note_empty: { kind: "invalid", title: "Nothing is left to take back" },
  credit_note_exceeds_invoice: {
    kind: "invalid",
    title: "The credit note takes back more than was billed",
  },
  credit_note_not_found: { kind: "not_found", title: "There is no such credit note" },
  credit_note_refunded: { kind: "invalid", title: "The credit note has been paid out" },
  credit_note_settlement_invalid: {
    kind: "invalid",
    title: "The settlement does not fit what was paid on the invoice",
  },
  credit_not_found: { kind: "not_found", title: "There is no such credit grant" },
  currency_mismatch: { kind: "invalid", title: "Two currencies were mixed" },
  currency_withdrawn: { kind: "invalid", title: "The currency was replaced by another" },
  currency_unknown: { kind: "invalid", title: "The currency is not in ISO 4217" },
  customer_email_missing: { kind: "invalid", title: "The customer has no email address" },
  customer_in_use: { kind: "invalid", title: "The customer still has a live subscription" },
  customer_inactive: { kind: "invalid", title: "The customer is inactive" },
  customer_not_found: { kind: "not_found", title: "There is no such customer" },
  database_unavailable: { kind: "unavailable", title: "The database does not answer right now" },
  decimal_syntax: { kind: "invalid", title: "The number is not a plain decimal string" },
  discount_invalid: {
    kind: "invalid",
    title: "The discount is neither a percentage up to 100 nor a positive amount",
  },
  encryption_unavailable: { kind: "unavailable", title: "Secrets cannot be kept without MASTER_KEY" },
  effect_in_progress: { kind: "unavailable", title: "Another worker is doing this right now" },
  external_id_reserved: { kind: "invalid", title: "The external id begins with one of our prefixes" },
  external_id_taken: { kind: "conflict", title: "The external id is in use" },
  fields_invalid: { kind: "invalid", title: "Some fields are not allowed as given" },
  file_unreadable: { kind: "not_found", title: "The file cannot be read" },
  group_invalid: { kind: "invalid", title: "The group key is not one that Billwright wrote" },
  idempotency_key_in_progress: { kind: "conflict", title: "A request with this key is still running" },
  idempotency_key_reused: { kind: "invalid", title: "The key was used with another body" },
  import_map_invalid: { kind: "invalid", title: "The map of the import does not fit the file" },
  import_not_found: { kind: "not_found", title: "There is no such import" },
  import_taken_over: { kind: "unavailable", title: "Another worker goes on with the import" },
  intake_full: { kind: "unavailable", title: "Too many events wait to be stored" },
  internal: { kind: "internal", title: "Something went wrong on our side" },
  interval_count_invalid: {
    kind: "invalid",
    title: "The interval count is not a whole number from 1 to 999",
  },
  invoice_already_finalized: { kind: "invalid", title: "The invoice is issued and cannot be changed" },
  invoice_already_paid: { kind: "invalid", title: "The invoice is already paid" },
  invoice_already_uncollectible: { kind: "invalid", title: "The invoice is marked uncollectible already" },
  invoice_already_voided: { kind: "invalid", title: "The invoice is void" },
  invoice_amended: { kind: "invalid", title: "A later invoice was worked out from what the invoice billed" },
  invoice_corrected: { kind: "invalid", title: "The invoice is corrected by a credit note" },
  invoice_imported: { kind: "invalid", title: "Another engine issued the invoice" },
  invoice_is_credit_note: { kind: "invalid", title: "The invoice is a credit note" },
  invoice_line_not_found: { kind: "not_found", title: "The invoice has no such line" },
  invoice_not_finalized: { kind: "invalid", title: "The invoice is not finalized" },
  invoice_lines_generated: {
    kind: "invalid",
    title: "The lines of the invoice come from its subscription",
  },
  invoice_not_found: { kind: "not_found", title: "There is no such invoice" },
  invoice_not_regenerable: { kind: "invalid", title: "The invoice cannot be made again" },
  invoice_number_template_invalid: { kind: "invalid", title: "The invoice number template is not usable" },
  invoice_partly_paid: { kind: "invalid", title: "A part of the invoice is paid" },
  invoice_totals_differ: { kind: "invalid", title: "The provider's total differs from ours" },
  job_not_found: { kind: "not_found", title: "There is no such job" },
  job_not_retryable: { kind: "invalid", title: "The job has nothing to retry" },
  job_unknown: { kind: "unavailable", title: "No code here knows the job" },
  locale_unknown: { kind: "invalid", title: "The locale is not a BCP 47 language tag" },
  mail_rejected: { kind: "invalid", title: "The mail server refused the recipient or the message" },
  mail_unavailable: {
    kind: "unavailable",
    title: "The mail server cannot be reached or refused the connection",
  },
  master_key_missing: { kind: "unavailable", title: "MASTER_KEY lacks a key that secrets are sealed with" },
  meter_already_billed: { kind: "invalid", title: "Another live subscription already bills this meter" },
  meter_code_taken: { kind: "conflict", title: "The meter code is in use" },
  meter_definition_frozen: { kind: "invalid", title: "The meter has events; its definition cannot change" },
  meter_not_found: { kind: "not_found", title: "There is no such meter" },
  method_not_allowed: { kind: "malformed", title: "The route does not take this method" },
  month_invalid: { kind: "invalid", title: "The month is not written as YYYY-MM" },
  month_not_over: { kind: "invalid", title: "The month is not over" },
  object_conflict: { kind: "conflict", title: "Other bytes are already stored under this key" },
  object_key_invalid: { kind: "invalid", title: "The key is not a relative path of safe segments" },
  object_not_found: { kind: "not_found", title: "No object is stored under this key" },
  origin_forbidden: { kind: "forbidden", title: "The request was not made by a page of ours" },
  payment_amount_invalid: { kind: "invalid", title: "The payment does not fit the invoice" },
  payment_declined: { kind: "invalid", title: "The payment was declined" },
  payment_in_progress: { kind: "conflict", title: "A payment of this invoice is in progress" },
  payment_link_closed: { kind: "gone", title: "The invoice can no longer be paid here" },
  payment_link_expired: { kind: "gone", title: "The payment link has expired" },
  payment_link_not_found: { kind: "not_found", title: "There is no such payment link" },
  payment_link_revoked: { kind: "gone", title: "The payment link was revoked" },
  payment_link_void: { kind: "gone", title: "The invoice is void" },
  payment_links_off: { kind: "invalid", title: "Payment links are switched off here" },
  payment_method_missing: { kind: "invalid", title: "The customer has no saved payment method" },
  payment_method_in_use: { kind: "invalid", title: "A subscription pays with this payment method" },
  payment_method_not_found: { kind: "not_found", title: "There is no such payment method" },
  payment_method_taken: { kind: "conflict", title: "The customer has this payment method already" },
  payment_not_found: { kind: "not_found", title: "There is no such payment" },
  payment_not_succeeded: { kind: "invalid", title: "The payment has brought no money" },
  payment_withdrawn: { kind: "invalid", title: "The payment was withdrawn before it was made" },
  payment_provider_off: { kind: "invalid", title: "Online payment is switched off here" },
  pdf_browser_missing: { kind: "unavailable", title: "No browser that can print PDF was found" },
  pdf_glyph_missing: {
    kind: "invalid",
    title: "The document has a character that none of our fonts can print",
  },
  pdf_not_ready: { kind: "not_found", title: "The PDF is not made yet" },
  pdf_render_failed: { kind: "unavailable", title: "The browser failed while printing the document" },
  pdf_timed_out: { kind: "unavailable", title: "Printing the document took too long" },
  pdf_too_large: { kind: "too_large", title: "The document has more pages or bytes than a PDF may have" },
  period_before_start: { kind: "invalid", title: "The instant lies before the first period" },
  period_not_aligned: { kind: "invalid", title: "The period is not one of the subscription's" },
  period_voided: { kind: "invalid", title: "The invoice of the period is void" },
  period_not_over: { kind: "invalid", title: "The period is not due yet" },
  period_out_of_order: { kind: "invalid", title: "An earlier period is not billed yet" },
  period_outside_whole: { kind: "invalid", title: "The part does not lie inside its whole period" },
  plan_archived: { kind: "invalid", title: "The plan is archived" },
  plan_code_taken: { kind: "conflict", title: "The plan code is in use" },
  plan_not_found: { kind: "not_found", title: "There is no such plan" },
  price_interval_mismatch: { kind: "invalid", title: "The intervals of the prices do not share a grid" },
  price_tiers_invalid: { kind: "invalid", title: "The tiers of the price do not cover the quantity" },
  provider_key_refused: { kind: "unavailable", title: "The payment provider does not take the key" },
  provider_refused: { kind: "invalid", title: "The payment provider refused the request" },
  provider_unavailable: { kind: "unavailable", title: "The payment provider did not answer" },
  rate_limit_unavailable: { kind: "unavailable", title: "Tries cannot be counted right now" },
  reconciliation_not_found: { kind: "not_found", title: "There is no such reconciliation" },
  refund_amount_invalid: { kind: "invalid", title: "The refund is not an amount above 0" },
  refund_exceeds_payment: { kind: "invalid", title: "Less than that can go back of the payment" },
  rate_limited: { kind: "limit", title: "Too many requests" },
  request_malformed: { kind: "malformed", title: "The request cannot be understood" },
  role_forbidden: { kind: "forbidden", title: "The key may not do this" },
  route_not_found: { kind: "not_found", title: "There is no such route" },
  run_not_found: { kind: "not_found", title: "There is no such billing run" },
  s3_bucket_invalid: { kind: "misconfigured", title: "The bucket's name is not one that S3 allows" },
  s3_bucket_missing: { kind: "misconfigured", title: "The bucket does not exist" },
  s3_credentials_expired: { kind: "unavailable", title: "The credentials of the object store have expired" },
  s3_credentials_missing: { kind: "unavailable", title: "No credentials for the object store were found" },
  s3_credentials_refused: { kind: "misconfigured", title: "The object store refused the credentials" },
  s3_region_wrong: { kind: "misconfigured", title: "The bucket lives in another region" },
  session_invalid: { kind: "unauthorized", title: "The console needs a sign-in" },
  storage_interrupted: { kind: "unavailable", title: "The connection to the object store was cut" },
  storage_timeout: { kind: "unavailable", title: "The object store did not answer in time" },
  storage_unavailable: { kind: "unavailable", title: "The object store cannot be reached" },
  stripe_mode_mismatch: { kind: "invalid", title: "Live and test do not fit together" },
  stripe_account_invalid: { kind: "invalid", title: "The keys of the Stripe account do not fit" },
  stripe_account_keyless: { kind: "unavailable", title: "The key of the Stripe account is not here" },
  stripe_account_mismatch: { kind: "invalid", title: "The key is one of another Stripe account" },
  stripe_account_taken: { kind: "conflict", title: "The Stripe account is another tenant's" },
  stripe_amount_inexpressible: { kind: "invalid", title: "Stripe cannot express the amount" },
  schedule_fixed: { kind: "invalid", title: "The schedule belongs to the installation" },
  schedule_not_found: { kind: "not_found", title: "There is no such schedule" },
  subscription_broken: { kind: "invalid", title: "The subscription cannot be billed as it stands" },
  subscription_ended: { kind: "invalid", title: "The subscription has ended" },
  subscription_not_canceled: { kind: "invalid", title: "The subscription has no cancellation to undo" },
  subscription_not_found: { kind: "not_found", title: "There is no such subscription" },
  subscription_not_paused: { kind: "invalid", title: "The subscription is not paused" },
  subscription_parked: { kind: "invalid", title: "The subscription's billing was put aside" },
  subscription_paused: { kind: "invalid", title: "The subscription is paused" },
  tax_rate_code_taken: { kind: "conflict", title: "The tax rate code is in use" },
  tax_rate_not_found: { kind: "not_found", title: "There is no such tax rate" },
  template_not_found: { kind: "not_found", title: "There is no such version of the template" },
  tenant_not_found: { kind: "not_found", title: "There is no such tenant" },
  timezone_unknown: { kind: "invalid", title: "The time zone is not in the IANA database" },
  unsupported_media_type: { kind: "unsupported", title: "The content type is not supported" },
  usage_value_invalid: { kind: "invalid", title: "The event does not hold a value that its meter can use" },
  version_conflict: { kind: "conflict", title: "The object has changed since" },
  webhook_delivery_not_found: { kind: "not_found", title: "There is no such webhook delivery" },
  webhook_endpoint_disabled: { kind: "invalid", title: "The webhook endpoint is switched off" },
  webhook_endpoint_not_found: { kind: "not_found", title: "There is no such webhook endpoint" },
  webhook_object_unknown: {
    kind: "unavailable",
    title: "The object of the message is not known here yet",
  },
  webhook_replay_too_large: { kind: "invalid", title: "Too many events lie between" },
  webhook_signature_invalid: { kind: "malformed", title: "The signature does not match" },
  work_stopped: { kind: "unavailable", title: "The process stopped before the work was done" },
  work_timed_out: { kind: "unavailable", title: "The work took too long" },
} as const satisfies Record<string, { kind: ErrorKind; title: string }>;

export type ErrorCode = keyof typeof errorTable;

/** One place in the input that was refused: `path` in the sender's words, `code`, and what is allowed. */
export type ErrorPlace = { readonly path: string; readonly code: string; readonly message: string };

export type ErrorDetails = { readonly errors?: readonly ErrorPlace[]; readonly [name: string]: unknown };

/** The one error that Billwright throws on purpose; `code` is stable, `message` is for people. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind;
  }
}

/** Makes the error to throw: `throw domainError("amount_precision", "USD allows at most 2 decimals, got 3")`. */
export function domainError(code: ErrorCode, message?: string, details: ErrorDetails = {}): DomainError {
  return new DomainError(code, message ?? errorTable[code].title, details);
}
