/** A count with its noun in the right number: `counted(1, "field is", "fields are")` is "1 field is". */
export function counted(count: number | bigint, one: string, many: string): string {
  return `${count} ${BigInt(count) === 1n ? one : many}`;
}
