import { drawCredits, type OpenGrant } from "./draw-credits.ts";

const grant = (id: string, leftMinor: bigint, fields: Partial<OpenGrant> = {}): OpenGrant => ({
  ...{ id, customerId: "acme", currency: "USD", leftMinor },
  ...fields,
});
const total = (id: string, totalMinor: bigint) => ({ id, customerId: "acme", currency: "USD", totalMinor });

describe("drawCredits", () => {
  it("uses grants in the order given, and no more of each than it holds", () => {
    expect(drawCredits([total("a", 700n)], [grant("g1", 500n), grant("g2", 500n)])).toEqual([
      {
        ...{ id: "a", creditMinor: 700n },
        uses: [
          { grantId: "g1", amountMinor: 500n },
          { grantId: "g2", amountMinor: 200n },
        ],
      },
    ]);
  });

  it("leaves to the next total what the one before left", () => {
    const draws = drawCredits([total("a", 400n), total("b", 400n)], [grant("g", 500n)]);
    expect(draws.map((draw) => draw.creditMinor)).toEqual([400n, 100n]);
  });

  it("touches no grant of another customer or currency", () => {
    const others = [grant("g1", 500n, { customerId: "globex" }), grant("g2", 500n, { currency: "EUR" })];
    expect(drawCredits([total("a", 400n)], others)).toEqual([{ id: "a", creditMinor: 0n, uses: [] }]);
  });

  it("makes all of a total below zero a surplus, whatever there is to use", () => {
    expect(drawCredits([total("a", -300n)], [grant("g", 500n)])).toEqual([
      { id: "a", creditMinor: -300n, uses: [] },
    ]);
  });
});
