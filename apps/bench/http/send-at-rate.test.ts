import { listenOnLoopback } from "#libs/testkit/listen-on-loopback.ts";
import { percentileOf, sendAtRate } from "./send-at-rate.ts";

const plan = (n: number) => ({
  ...({ kind: n % 2 === 0 ? "even" : "odd", method: "GET", path: `/${n}`, headers: {} } as const),
});

describe("sendAtRate", () => {
  it("counts from when a request was due: one stall is in the times of all that were due meanwhile", async () => {
    const stallMs = 400;
    let until = 0;
    const server = await listenOnLoopback((request, response) => {
      if (request.url === "/10") until = performance.now() + stallMs;
      // The whole process stands still, as in a long collection of garbage.
      while (performance.now() < until);
      response.end();
    });
    try {
      const port = Number(new URL(server.url).port);
      const times = await sendAtRate({ port, perSecond: 100, count: 60, plan });
      const all = [...times.values()].flat();
      expect(all).toHaveLength(60);
      // 40 were due within the stall, the first waited all of it, the last hardly.
      expect(all.filter((ms) => ms > 100).length).toBeGreaterThanOrEqual(25);
      expect(Math.max(...all)).toBeGreaterThanOrEqual(stallMs - 20);
    } finally {
      await server.close();
    }
  });

  it("fails for an answer that is not good, and names it", async () => {
    const server = await listenOnLoopback((_request, response) => response.writeHead(503).end("busy"));
    const port = Number(new URL(server.url).port);
    await expect(sendAtRate({ port, perSecond: 100, count: 3, plan })).rejects.toThrow(
      /^GET \/\d: 503 busy$/,
    );
    await server.close();
  });

  it("answers nearest ranks", () => {
    const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
    expect([percentileOf(hundred, 0.95), percentileOf(hundred, 0.99), percentileOf([7], 0.5)]).toEqual([
      95, 99, 7,
    ]);
  });
});
