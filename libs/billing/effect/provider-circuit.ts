import { domainError } from "#libs/core/errors.ts";
import { type Database, withSystem } from "#libs/data/database.ts";
import {
  type CircuitKey,
  closeCircuit,
  countOutage,
  readCircuit,
  takeProbe,
} from "#libs/data/provider-circuits.ts";
import type { CallGate } from "#libs/platform/stripe/call-gate.ts";

/** Stripe as one account sees it; "" is the installation's own. */
export function stripeCircuit(account = ""): CircuitKey {
  return { provider: "stripe", account };
}

/** How long a process believes that a circuit is closed. */
const believedMs = 1_000;
/** How long others wait for the outcome of a probe: longer than a call may take. */
const probeMs = 30_000;

/**
 * A circuit breaker that all processes share. After `limit` outages in a row nobody calls for `pauseMs`; then one call
 * goes as a probe, and its outcome closes the circuit or leaves it open for longer. Work that was kept waiting by it has not
 * been tried: it costs no attempt.
 */
export function providerCircuit(
  database: Database,
  key: CircuitKey,
  options: { readonly limit: number; readonly pauseMs: number },
): CallGate {
  let seen = { outages: 0, atMs: Number.NEGATIVE_INFINITY };
  const forget = () => {
    seen = { outages: 0, atMs: Number.NEGATIVE_INFINITY };
  };
  return {
    enter: async () => {
      if (performance.now() - seen.atMs < believedMs) return;
      const state = await withSystem(database, (db) => readCircuit(db, key));
      if (state.opened_at === null) {
        seen = { outages: state.outages, atMs: performance.now() };
        return;
      }
      if (await withSystem(database, (db) => takeProbe(db, key, probeMs))) {
        seen = { ...seen, outages: state.outages };
        return;
      }
      throw domainError(
        "provider_unavailable",
        `${key.provider} has not answered since ${state.opened_at.toISOString()} (${state.last_error}) and is asked again in ${Math.ceil(state.retry_ms / 1_000)} s`,
        { circuitRetryMs: Math.max(1, Math.ceil(state.retry_ms)) },
      );
    },
    answered: async () => {
      if (seen.outages === 0) return;
      forget();
      await withSystem(database, (db) => closeCircuit(db, key)).catch(() => undefined);
    },
    failed: async (error) => {
      forget();
      await withSystem(database, (db) => countOutage(db, key, { ...options, error })).catch(() => undefined);
    },
  };
}
