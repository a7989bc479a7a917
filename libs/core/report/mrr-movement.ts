import { type Decimal, zero } from "../money/decimal.ts";

/** Monthly amounts of the customers in one currency, exact. */
export type MrrMovement = {
  readonly opening: Decimal;
  /** Of customers that paid nothing at the start. */
  readonly added: Decimal;
  readonly expanded: Decimal;
  /** Zero or below. */
  readonly contracted: Decimal;
  /** Of customers that pay nothing any more; zero or below. */
  readonly churned: Decimal;
  readonly closing: Decimal;
};

/** How monthly revenue went from one instant to a later one, customer by customer; the parts are the whole difference. */
export function mrrMovement(
  before: ReadonlyMap<string, Decimal>,
  after: ReadonlyMap<string, Decimal>,
): MrrMovement {
  const sums = { opening: zero, added: zero, expanded: zero, contracted: zero, churned: zero, closing: zero };
  for (const customer of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(customer) ?? zero;
    const is = after.get(customer) ?? zero;
    const part = partOf(was, is);
    sums.opening = sums.opening.plus(was);
    sums[part] = sums[part].plus(is.minus(was));
    sums.closing = sums.closing.plus(is);
  }
  return sums;
}

function partOf(was: Decimal, is: Decimal): "added" | "expanded" | "contracted" | "churned" {
  if (was.isZero()) return "added";
  if (is.isZero()) return "churned";
  return is.gte(was) ? "expanded" : "contracted";
}
