import type { SeededRandom } from "#prisma/sample/seeded-random.ts";
import type { BilledTenant } from "../stack/make-billed-tenant.ts";
import type { BillingStack, StackProxies } from "../stack/start-stack.ts";

/** Where one fault is injected: a stack that runs, and a company of its own that nothing was billed to yet. */
export type FaultGround = {
  readonly stack: BillingStack;
  readonly proxies: StackProxies;
  readonly tenant: BilledTenant;
  /** The same seed makes the same choices. */
  readonly random: SeededRandom;
  readonly isQuick: boolean;
  /** Notes that something was really broken, and what. */
  readonly inject: (what: string) => void;
};

/** One line of the fault matrix. */
export type Fault = {
  readonly code: `F${number}`;
  /** What it does, in a sentence. */
  readonly does: string;
  /** What carries the jobs meanwhile. */
  readonly queues: "postgres" | "redis";
  /** Part of the short selection. */
  readonly isQuick?: true;
  /** Customers that are billed; 6 unless said, 3 when it must be quick. */
  readonly customers?: number;
  readonly boundMs: number;
  /** A program that must be installed. */
  readonly program?: string;
  /**
   * Gives work, breaks things and may leave them broken: healing, the wait for quiet and the model's judgement follow by
   * themselves. Answers what else is wrong.
   */
  readonly run: (ground: FaultGround) => Promise<readonly string[]>;
};
