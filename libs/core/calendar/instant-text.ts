import type { Temporal } from "temporal-polyfill";
import { oncePerObject } from "../once-per-object.ts";

/** RFC 3339 in UTC. Written once for each instant: the lines of a bill share a few. */
export const instantText = oncePerObject((at: Temporal.Instant) => at.toString());
