/** The fields of Stripe's `error` object that the sandbox answers with. */
type StripeErrorBody = {
  readonly type: "invalid_request_error" | "api_error" | "card_error" | "idempotency_error";
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly [field: string]: unknown;
};

/** Thrown by a handler: what it wrote so far is thrown away, and Stripe's error is answered. */
export class StripeError extends Error {
  override readonly name = "StripeError";
  readonly status: number;
  readonly body: StripeErrorBody;
  /** Whether the answer is kept under the idempotency key: not when the parameters were refused before any work. */
  readonly keptForReplay: boolean;

  constructor(status: number, body: StripeErrorBody, keptForReplay: boolean) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.keptForReplay = keptForReplay;
  }
}

type Extra = { readonly code?: string; readonly param?: string; readonly [field: string]: unknown };

/** A request that can never work, found while reading its parameters (not kept for replay). */
export function parameterError(message: string, extra: Extra = {}): StripeError {
  return new StripeError(400, { type: "invalid_request_error", message, ...extra }, false);
}

/** A request that the state of the objects forbids (kept for replay). */
export function stateError(message: string, extra: Extra = {}): StripeError {
  return new StripeError(400, { type: "invalid_request_error", message, ...extra }, true);
}

/** No object of that id: 404 for the object of the path, 400 for one named in a parameter. */
export function missingError(noun: string, id: string, param: string): StripeError {
  const status = param === "id" ? 404 : 400;
  const body = {
    type: "invalid_request_error",
    code: "resource_missing",
    param,
    message: `No such ${noun}: '${id}'`,
  } as const;
  return new StripeError(status, body, true);
}

/** What the sandbox knows of, but does not do. */
export function unsupportedError(param: string): StripeError {
  return parameterError(`The Billwright sandbox does not support the parameter ${param}.`, {
    code: "sandbox_unsupported",
    param,
  });
}
