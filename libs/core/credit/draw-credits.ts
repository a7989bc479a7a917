/** A grant with what is left of it, in minor units of its currency. */
export type OpenGrant = {
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  readonly leftMinor: bigint;
};

/** A total to be paid, in minor units; below zero it is owed to the customer. */
export type CreditableTotal = {
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  readonly totalMinor: bigint;
};

export type CreditDraw = {
  readonly id: string;
  /** Credits used; below zero: the surplus that becomes a grant. amount due = total - this, and never below zero. */
  readonly creditMinor: bigint;
  readonly uses: readonly { readonly grantId: string; readonly amountMinor: bigint }[];
};

/**
 * Pays totals with their customer's grants of the same currency. Totals are served in the order given, each from the
 * grants in the order given; no grant gives more than it holds. A total below zero uses nothing: all of it is surplus.
 */
export function drawCredits(totals: readonly CreditableTotal[], grants: readonly OpenGrant[]): CreditDraw[] {
  const left = new Map(grants.map((grant) => [grant.id, grant.leftMinor]));
  return totals.map(({ id, customerId, currency, totalMinor }) => {
    if (totalMinor < 0n) return { id, creditMinor: totalMinor, uses: [] };
    let open = totalMinor;
    const uses = grants.flatMap((grant) => {
      const available = left.get(grant.id) ?? 0n;
      const amountMinor = available < open ? available : open;
      if (grant.customerId !== customerId || grant.currency !== currency || amountMinor <= 0n) return [];
      open -= amountMinor;
      left.set(grant.id, available - amountMinor);
      return [{ grantId: grant.id, amountMinor }];
    });
    return { id, creditMinor: totalMinor - open, uses };
  });
}
