import { createHash } from "node:crypto";
import { StripeError } from "./stripe-error.ts";

const keptSeconds = 24 * 60 * 60;

/** What was answered to the first request of a key; every later one gets the same, a 500 included. */
export type StoredAnswer = {
  readonly key: string;
  readonly at: number;
  readonly path: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly status: number;
  readonly body: unknown;
};

/** Stripe's idempotency layer for v1. */
export type IdempotencyKeys = {
  readonly remember: (answer: StoredAnswer) => void;
  /**
   * The stored answer of `key`, or undefined when it is new or older than 24 h of the sandbox's clock.
   * @throws StripeError idempotency_error when the key came with another path or other parameters
   */
  readonly find: (key: string, path: string, fingerprint: string, now: number) => StoredAnswer | undefined;
  /**
   * Marks the key as being worked on; call what it returns when the work is over.
   * @throws StripeError idempotency_key_in_use (409) while another request has it
   */
  readonly enter: (key: string) => () => void;
};

/** An empty layer; the store's log fills it again after a restart. */
export function createIdempotencyKeys(): IdempotencyKeys {
  const answers = new Map<string, StoredAnswer>();
  const inFlight = new Set<string>();
  return {
    remember: (answer) => {
      answers.delete(answer.key);
      answers.set(answer.key, answer);
    },
    find: (key, path, fingerprint, now) => {
      prune(answers, now);
      const answer = answers.get(key);
      if (answer === undefined) return undefined;
      if (answer.path !== path) throw otherEndpoint(key, answer.path, path);
      if (answer.fingerprint !== fingerprint) throw otherParameters(key);
      return answer;
    },
    enter: (key) => {
      if (inFlight.has(key)) throw keyInUse(key);
      inFlight.add(key);
      return () => inFlight.delete(key);
    },
  };
}

/** Oldest first, so it stops at the first young one. */
function prune(answers: Map<string, StoredAnswer>, now: number): void {
  for (const [key, answer] of answers) {
    if (now - answer.at < keptSeconds) return;
    answers.delete(key);
  }
}

/** A hash that two requests share only when their decoded parameters are equal. */
export function fingerprintOf(plainForm: unknown): string {
  return createHash("sha256").update(JSON.stringify(plainForm)).digest("hex");
}

function otherEndpoint(key: string, first: string, second: string): StripeError {
  const message = `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${first}' vs '${second}'). Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeError(400, { type: "idempotency_error", message }, false);
}

function otherParameters(key: string): StripeError {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeError(400, { type: "idempotency_error", message }, false);
}

function keyInUse(key: string): StripeError {
  const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`;
  return new StripeError(409, { type: "idempotency_error", code: "idempotency_key_in_use", message }, false);
}
