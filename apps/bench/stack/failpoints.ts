import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { failpointFile } from "#libs/platform/failpoint.ts";
import { until } from "./until.ts";

const transactionJobs = ["billing_run.plan", "invoice.generate", "stripe.apply_event"];
const externalJobs = [
  ...["invoice.render_pdf", "invoice.store_pdf", "invoice.email"],
  ...["invoice.sync_stripe", "invoice.collect", "invoice.settle_stripe"],
];
const effects = [
  ...[
    "email.invoice",
    "storage.put_pdf",
    "stripe.customer_create",
    "stripe.invoice_create",
    "stripe.invoice_lines",
  ],
  ...[
    "stripe.invoice_finalize",
    "stripe.payment_method_attach",
    "stripe.payment_intent",
    "stripe.invoice_attach_payment",
  ],
];
const each = (prefix: string, names: readonly string[], places: readonly string[]) =>
  names.flatMap((name) => places.map((place) => `${prefix}.${name}:${place}`));

/** Where a process that only generates can be stopped: reached at the very start of a month. */
export const generationPoints = each(
  "job",
  ["billing_run.plan", "invoice.generate"],
  ["claimed", "before-commit", "committed"],
);

/** Every place that the work of a month passes. `probed` is passed only after a crash in the same effect. */
export const allPoints: readonly string[] = [
  ...each("job", transactionJobs, ["claimed", "before-commit", "committed"]),
  ...each("job", externalJobs, ["claimed", "before-commit"]),
  ...each("effect", effects, ["claimed", "before-call", "after-call", "recorded"]),
  ...["relay:taken", "relay:added", "pdf.render:rendered", "collect:opened"],
];

const jobOfPlace: readonly (readonly [RegExp, string])[] = [
  [/^job\.(.+):/, "$1"],
  [/^effect\.email\./, "invoice.email"],
  [/^effect\.storage\./, "invoice.store_pdf"],
  [/^effect\.stripe\.payment_|^collect:/, "invoice.collect"],
  [/^effect\.stripe\.invoice_attach/, "invoice.settle_stripe"],
  [/^effect\.stripe\./, "invoice.sync_stripe"],
  [/^pdf\./, "invoice.render_pdf"],
];

/** The job in which a point is passed; null = any. */
export function jobOfPoint(point: string): string | null {
  const [pattern, name] = jobOfPlace.find(([candidate]) => candidate.test(point)) ?? [];
  if (pattern === undefined || name === undefined) return null;
  return name === "$1" ? (pattern.exec(point)?.[1] ?? null) : name;
}

/** A process that stands at a point; `release` lets it go on, as one that was only slow. */
export type Hit = { readonly point: string; readonly pid: number; readonly release: () => void };

/** Arms a point for the first process that comes by: it stands there, or gets an exception. */
export function arm(dir: string, point: string, does: "stand" | "throw" = "stand"): void {
  const file = failpointFile(dir, point);
  writeFileSync(`${file}.new`, does === "throw" ? "throw" : "");
  renameSync(`${file}.new`, file);
}

type Watch = {
  /** Ends the waiting before its bound. */
  readonly isOver?: () => Promise<boolean>;
  /** Processes that stand there from before and are not waited for. */
  readonly besides?: readonly number[];
};

/** Waits until somebody stands at the point; null when nobody came in time, and then the point is disarmed. */
export async function waitForHit(
  dir: string,
  point: string,
  boundMs: number,
  { isOver = async () => false, besides = [] }: Watch = {},
): Promise<Hit | null> {
  let over = false;
  await until(async () => {
    if (findHit(dir, point, besides) !== null) return true;
    over = await isOver();
    return over ? true : null;
  }, boundMs);
  rmSync(failpointFile(dir, point), { force: true });
  // Somebody may have come between the last look and the disarming.
  return findHit(dir, point, besides);
}

function findHit(dir: string, point: string, besides: readonly number[]): Hit | null {
  const prefix = `${basename(failpointFile(dir, point))}.`;
  const known = besides.map((pid) => `${prefix}${pid}.hit`);
  const file = readdirSync(dir).find(
    (name) => name.startsWith(prefix) && name.endsWith(".hit") && !known.includes(name),
  );
  if (file === undefined) return null;
  const path = join(dir, file);
  const release = () => {
    if (existsSync(path)) rmSync(path);
  };
  return { point, pid: Number(file.slice(prefix.length, -".hit".length)), release };
}
