import type { Deps } from "#libs/billing/deps.ts";
import type { EventIntake } from "#libs/billing/usage/event-intake.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import type { ApiMetrics } from "./api-metrics.ts";
import type { KnownKeys } from "./middleware/known-keys.ts";
import type { RateLimiter } from "./middleware/rate-limit.ts";
import type { TryLimit } from "./middleware/try-limit.ts";

/** Everything the HTTP side may need; built in main.ts, or by a test. */
export type ApiConfig = {
  readonly deps: Deps;
  readonly queues: QueueBackend;
  /** Login of the console; null: there is no console. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  readonly stripeWebhookSecret: string | null;
  /** Value of Express's "trust proxy"; unset: the peer's address counts. */
  readonly trustProxy?: string | undefined;
  /** Requests of one key in a minute. */
  readonly requestsPerMinute?: number;
  /** Compare each answer with its schema: tests and development. */
  readonly checkAnswers?: boolean;
  readonly startedAt: Date;
};

export type ApiDeps = ApiConfig & {
  readonly metrics: ApiMetrics;
  readonly limiter: RateLimiter;
  readonly tries: TryLimit;
  readonly knownKeys: KnownKeys;
  readonly intake: EventIntake;
};
