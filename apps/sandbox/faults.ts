import { z } from "zod";
import { randomId } from "./random-id.ts";

const shared = {
  method: z.string().optional(),
  /** Prefix of the path, or a regular expression when it begins with `^`. SMTP: a recipient. Webhooks: an event type. */
  path: z.string().refine(isMatcher, "not a valid regular expression").optional(),
  /** How many matching requests it hits; null = all until cleared. */
  times: z.int().min(1).nullable().default(1),
  /** How many matching requests pass untouched first. */
  skip: z.int().min(0).default(0),
  status: z.int().min(200).max(599).optional(),
  code: z.string().optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
  /** Stripe only: whether the answer is kept under the idempotency key (default: yes from 500 on). */
  stored: z.boolean().optional(),
  /** Webhooks only: deliveries of each event in all. */
  copies: z.int().min(2).max(20).optional(),
  /** Webhooks only: the same seed shuffles the same way. */
  seed: z.int().optional(),
};

/** What `POST /_sandbox/faults` takes. */
export const faultInput = z.discriminatedUnion("service", [
  z.strictObject({
    service: z.enum(["stripe", "sendgrid", "smtp"]),
    action: z.enum(["status", "delay", "after-commit", "cut"]),
    ...shared,
  }),
  z.strictObject({
    service: z.literal("s3"),
    action: z.enum(["status", "delay", "after-commit", "cut", "slow"]),
    ...shared,
  }),
  z.strictObject({
    service: z.literal("webhook"),
    action: z.enum(["drop", "duplicate", "shuffle", "delay"]),
    ...shared,
  }),
]);

export type Fault = z.infer<typeof faultInput> & { readonly id: string };
type FaultState = Fault & { readonly hits: number; readonly remaining: number | null };

/** The faults waiting to happen. They live in memory: a restarted sandbox is healthy. */
export type Faults = {
  readonly add: (fault: z.infer<typeof faultInput>) => FaultState;
  readonly list: () => readonly FaultState[];
  readonly clear: (id?: string) => number;
  /** The first fault that this request meets, used up by one; undefined when it may pass. */
  readonly take: (
    service: Fault["service"],
    method: string,
    path: string | readonly string[],
  ) => Fault | undefined;
};

type Armed = { fault: Fault; seen: number; hits: number };

/** An empty set of faults. */
export function createFaults(): Faults {
  let armed: Armed[] = [];
  return {
    add: (input) => {
      const entry: Armed = { fault: { ...input, id: randomId("flt_", 12) }, seen: 0, hits: 0 };
      armed.push(entry);
      return stateOf(entry);
    },
    list: () => armed.map(stateOf),
    clear: (id) => {
      const before = armed.length;
      armed = id === undefined ? [] : armed.filter((entry) => entry.fault.id !== id);
      return before - armed.length;
    },
    take: (service, method, path) => {
      const paths = typeof path === "string" ? [path] : path;
      for (const entry of armed) {
        if (entry.fault.service !== service || !isMatch(entry.fault, method, paths)) continue;
        if (entry.fault.times !== null && entry.hits >= entry.fault.times) continue;
        entry.seen += 1;
        if (entry.seen <= entry.fault.skip) continue;
        entry.hits += 1;
        return entry.fault;
      }
      return undefined;
    },
  };
}

function stateOf({ fault, hits }: Armed): FaultState {
  return { ...fault, hits, remaining: fault.times === null ? null : fault.times - hits };
}

function isMatch(fault: Fault, method: string, paths: readonly string[]): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method.toUpperCase()) return false;
  const { path } = fault;
  if (path === undefined) return true;
  if (path.startsWith("^")) return paths.some((candidate) => new RegExp(path).test(candidate));
  return paths.some((candidate) => candidate.startsWith(path));
}

function isMatcher(path: string): boolean {
  if (!path.startsWith("^")) return true;
  try {
    new RegExp(path);
    return true;
  } catch {
    return false;
  }
}

/** Waits for `milliseconds` of real time. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
