export type Point = { readonly size: number; readonly ms: number };

/**
 * The exponent by which time grows with size: the slope of the least-squares line through the logarithms. 1 = in proportion, 0 = not
 * at all.
 */
export function slopeOf(points: readonly Point[]): number {
  const logs = points.map(({ size, ms }) => ({ x: Math.log(size), y: Math.log(ms) }));
  const mean = (of: (log: { x: number; y: number }) => number) =>
    logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [x, y] = [mean((log) => log.x), mean((log) => log.y)];
  const along = logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0);
  return along / logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0);
}
