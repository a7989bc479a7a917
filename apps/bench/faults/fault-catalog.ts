import { blockTheEventLoop } from "./cases/block-the-event-loop.ts";
import { cutAtCommit } from "./cases/cut-at-commit.ts";
import { hangPastTheLease } from "./cases/hang-past-the-lease.ts";
import { killApiWhileIngesting } from "./cases/kill-api-while-ingesting.ts";
import { killAtEveryPoint } from "./cases/kill-at-every-point.ts";
import { killRelay } from "./cases/kill-relay.ts";
import { manyGenerators } from "./cases/many-generators.ts";
import { restartRedis } from "./cases/restart-redis.ts";
import { signalsUnderLoad } from "./cases/signals-under-load.ts";
import { stallAgainAndAgain } from "./cases/stall-again-and-again.ts";
import { stopPostgres } from "./cases/stop-postgres.ts";
import { terminateBackends } from "./cases/terminate-backends.ts";
import type { Fault } from "./fault.ts";

/** Every fault, in the order of the matrix. */
export const faultCatalog: readonly Fault[] = [
  killAtEveryPoint,
  hangPastTheLease,
  killApiWhileIngesting,
  killRelay,
  signalsUnderLoad,
  blockTheEventLoop,
  stallAgainAndAgain,
  restartRedis,
  stopPostgres,
  cutAtCommit,
  terminateBackends,
  manyGenerators,
];
