/** What of a line tells it apart, and what can change of it. Amounts in minor units. */
export type ComparableLine = {
  /** The same thing billed: item, period and group; or a position. */
  readonly key: string;
  readonly description: string;
  readonly group: string;
  readonly quantity: string;
  readonly exactAmount: string;
  readonly amountMinor: bigint;
  readonly discountMinor: bigint;
  readonly taxMinor: bigint;
  readonly inputHash: string;
};

export type LineChange = {
  readonly change: "added" | "removed" | "changed";
  readonly before: ComparableLine | null;
  readonly after: ComparableLine | null;
};

/** Lines that came, went, or are not what they were, in the order after, then what went. */
export function diffLines(before: readonly ComparableLine[], after: readonly ComparableLine[]): LineChange[] {
  const old = new Map(before.map((line) => [line.key, line]));
  const kept = after.flatMap((line): LineChange[] => {
    const was = old.get(line.key);
    old.delete(line.key);
    if (was === undefined) return [{ change: "added", before: null, after: line }];
    return isSame(was, line) ? [] : [{ change: "changed", before: was, after: line }];
  });
  return [
    ...kept,
    ...[...old.values()].map((line) => ({ change: "removed", before: line, after: null }) as const),
  ];
}

function isSame(a: ComparableLine, b: ComparableLine): boolean {
  return (
    a.inputHash === b.inputHash &&
    a.quantity === b.quantity &&
    a.exactAmount === b.exactAmount &&
    a.amountMinor === b.amountMinor &&
    a.discountMinor === b.discountMinor &&
    a.taxMinor === b.taxMinor &&
    a.description === b.description
  );
}
