import { arm, type Hit, waitForHit } from "../stack/failpoints.ts";
import type { FaultGround } from "./fault.ts";

const reachMs = 60_000;

/**
 * Bills a month, and meanwhile goes through the points one after the other: each is armed and gets a new customer's invoice to be reached with, and who
 * reaches it is struck. Answers the points that nobody reached.
 */
export async function strikePoints(
  { stack, tenant }: FaultGround,
  points: readonly string[],
  strike: (hit: Hit, at: number) => Promise<void>,
  does: "stand" | "throw" = "stand",
): Promise<string[]> {
  const missed: string[] = [];
  await tenant.billNextMonth();
  for (const [at, point] of points.entries()) {
    const name = `struck-${String(at + 1).padStart(3, "0")}`;
    await tenant.addCustomer(name);
    arm(stack.failpointDir, point, does);
    await tenant.startRun({ customers: [name] });
    const hit = await waitForHit(stack.failpointDir, point, reachMs);
    if (hit === null) missed.push(`nobody came to ${point}`);
    else await strike(hit, at);
  }
  return missed;
}

/** In an order that the seed decides. */
export function shuffled<T>(random: (below: number) => number, list: readonly T[]): T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(random(rest.length), 1));
}
