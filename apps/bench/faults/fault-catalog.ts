import { blackHoleRedis } from "./cases/black-hole-redis.ts";
import { behindPgbouncer } from "./cases/behind-pgbouncer.ts";
import { blockTheEventLoop } from "./cases/block-the-event-loop.ts";
import { bootSchedulersTogether } from "./cases/boot-schedulers-together.ts";
import { commitLate } from "./cases/commit-late.ts";
import { cutAtCommit } from "./cases/cut-at-commit.ts";
import { exhaustConnections } from "./cases/exhaust-connections.ts";
import { fillRedis } from "./cases/fill-redis.ts";
import { flushRedis } from "./cases/flush-redis.ts";
import { hangPastTheLease } from "./cases/hang-past-the-lease.ts";
import { killApiWhileIngesting } from "./cases/kill-api-while-ingesting.ts";
import { killAtEveryPoint } from "./cases/kill-at-every-point.ts";
import { killRelay } from "./cases/kill-relay.ts";
import { manyGenerators } from "./cases/many-generators.ts";
import { restartRedis } from "./cases/restart-redis.ts";
import { retryWhatSucceeded } from "./cases/retry-what-succeeded.ts";
import { signalsUnderLoad } from "./cases/signals-under-load.ts";
import { sleepThreeMonths } from "./cases/sleep-three-months.ts";
import { stallAgainAndAgain } from "./cases/stall-again-and-again.ts";
import { stopPostgres } from "./cases/stop-postgres.ts";
import { terminateBackends } from "./cases/terminate-backends.ts";
import { throwAtEveryPoint } from "./cases/throw-at-every-point.ts";
import type { Fault } from "./fault.ts";

/** Every fault, in the order of the matrix. */
export const faultCatalog: readonly Fault[] = [
  killAtEveryPoint,
  throwAtEveryPoint,
  hangPastTheLease,
  killApiWhileIngesting,
  killRelay,
  signalsUnderLoad,
  blockTheEventLoop,
  stallAgainAndAgain,
  flushRedis,
  fillRedis,
  restartRedis,
  blackHoleRedis,
  bootSchedulersTogether,
  sleepThreeMonths,
  retryWhatSucceeded,
  stopPostgres,
  cutAtCommit,
  terminateBackends,
  exhaustConnections,
  behindPgbouncer,
  manyGenerators,
  commitLate,
];
