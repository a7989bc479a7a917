/** What one sample measured, in its case's unit. */
export type Sample = {
  readonly value: number;
  /** Of the single operations of the sample, in the same unit, where they were timed alone. */
  readonly p50?: number;
  readonly p99?: number;
  /** Of single requests, where they were timed. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  /** Of this process, while the work was done; unset: of the whole sample. */
  readonly cpuSeconds?: number;
};

/** One side of a comparison. `sample` does the whole work once and answers what that took. */
export type Side = {
  readonly name: string;
  readonly sample: () => Sample | Promise<Sample>;
};

/** Our code beside a fixed peer that comes to the same answer. */
export type BenchCase = {
  readonly name: string;
  /** Of every value of the case, such as "us/line" or "events/s". */
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: Side;
  readonly peer: Side;
  /** What ours aims at, in the unit; printed, never enforced: an absolute time says more of the machine than of us. */
  readonly target?: number;
  /** The ratio that ours aims at; printed, never enforced. */
  readonly ratioTarget?: number;
  /** Throws when the two sides do not come to the same answer; runs before anything is measured. */
  readonly verify: () => void | Promise<void>;
};

/** To add one, write its file in `benches/` and name it in `bench-catalog.ts`. */
export type Bench = {
  /** As on the command line. */
  readonly name: string;
  readonly about: string;
  /** Makes what the cases work on; `close` takes it away again, also after a failure. */
  readonly open: (terms: BenchTerms) => OpenBench | Promise<OpenBench>;
};

/** How much a bench works on: `tiny` only shows that it runs, `small` takes about a minute, `full` is for a quiet machine. */
export const sizes = ["tiny", "small", "full"] as const;
export type Size = (typeof sizes)[number];

export type BenchTerms = {
  /** Of what an import loads. */
  readonly rows: number;
  readonly size: Size;
  /** A migrated database to work in; without it a bench that needs one starts a server of its own. */
  readonly server?: { readonly url: string; readonly ownerUrl: string };
};

export type OpenBench = {
  readonly cases: readonly BenchCase[];
  /** What this machine lacks, where there are no cases. */
  readonly notRun?: string;
  readonly close?: () => Promise<void>;
};
