import { type Guard, guardLabel, type Probe, type Refusal } from "./guard.ts";

/** A connection of the schema's owner. */
export type OwnerClient = {
  readonly query: (sql: string) => Promise<{ readonly rows: unknown[]; readonly rowCount: number | null }>;
};

/** What a statement came to: the server's refusal, or how many rows it read or wrote. */
type Outcome = { readonly refusal: Refusal } | { readonly rows: number };

/**
 * Sends a probe's statement and rolls everything back.
 * @param removal takes a guard away first; null leaves it in place
 */
async function sendProbe(owner: OwnerClient, probe: Probe, removal: string | null): Promise<Outcome> {
  const before = [
    ...["begin", ...(probe.setUp ?? [])],
    ...(removal === null ? [] : [removal]),
    ...(probe.past === "triggers" ? ["set local session_replication_role = replica"] : []),
    ...(probe.as === undefined ? [] : [`set local role ${probe.as}`]),
  ];
  try {
    await owner.query(before.join(";\n"));
    return await answerTo(owner, probe.act);
  } finally {
    await owner.query("rollback");
  }
}

async function answerTo(owner: OwnerClient, statement: string): Promise<Outcome> {
  try {
    const { rowCount } = await owner.query(statement);
    return { rows: rowCount ?? 0 };
  } catch (error) {
    const { code, constraint, message } = error as Refusal;
    if (code === undefined) throw error; // not the server's answer
    return { refusal: { code, message: message ?? "", ...(constraint === undefined ? {} : { constraint }) } };
  }
}

/** Whether the guard answered, and not another one. */
function isAnswered(probe: Probe, outcome: Outcome): boolean {
  if (probe.answer === "no rows") return "rows" in outcome && outcome.rows === 0;
  if (!("refusal" in outcome)) return false;
  const { code, constraint, message } = probe.answer;
  return (
    outcome.refusal.code === code &&
    (constraint === undefined || outcome.refusal.constraint === constraint) &&
    (message === undefined || (outcome.refusal.message ?? "").includes(message))
  );
}

/** Whether what the guard forbids is done; a refusal of any other kind proves nothing about the guard. */
function isLetThrough(probe: Probe, outcome: Outcome): boolean {
  return "rows" in outcome && (probe.answer !== "no rows" || outcome.rows > 0);
}

function outcomeText(outcome: Outcome): string {
  if ("rows" in outcome) return `${outcome.rows} rows`;
  const { code, message = "" } = outcome.refusal;
  return `refused with ${code}: ${message}`;
}

/** What became of one guard. */
export type Verdict = {
  readonly guard: Guard;
  /** What failed without it; empty = nobody noticed. */
  readonly noticedBy: readonly string[];
  /** Why a probe or a test says nothing about it. */
  readonly troubles: readonly string[];
};

/** What is wrong with a guard that is in place: another one answers its probes, or nobody does. */
export async function inPlace(owner: OwnerClient, guard: Guard): Promise<string[]> {
  const wrong: string[] = [];
  for (const probe of guard.probes) {
    const held = await sendProbe(owner, probe, null);
    if (!isAnswered(probe, held)) {
      wrong.push(`${guardLabel(guard)} is not what answers "${probe.act}": ${outcomeText(held)}`);
    }
  }
  return wrong;
}

/** Sends each probe of a guard with the guard in place and without it. */
export async function probeVerdict(owner: OwnerClient, guard: Guard): Promise<Verdict> {
  const noticedBy: string[] = [];
  const troubles = await inPlace(owner, guard);
  for (const probe of guard.probes) {
    const open = await sendProbe(owner, probe, guard.removal);
    if (isLetThrough(probe, open)) noticedBy.push(`probe: ${probe.act}`);
    else troubles.push(`without it "${probe.act}" is not done either: ${outcomeText(open)}`);
  }
  return { guard, noticedBy, troubles };
}
