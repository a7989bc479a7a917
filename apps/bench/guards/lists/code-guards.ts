import type { Guard } from "../guard.ts";
import { dunningGuards } from "./dunning-guards.ts";
import { edgeGuards } from "./edge-guards.ts";
import { workGuards } from "./work-guards.ts";

/** Every guard that is a line of ours. */
export const codeGuards: readonly Guard[] = [...edgeGuards, ...workGuards, ...dunningGuards];
