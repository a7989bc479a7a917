import { numberFormat } from "./kept-formats.ts";

describe("formats that are kept", () => {
  test("are made once for the same terms, and apart for others", () => {
    const euros = { style: "currency", currency: "EUR" } as const;
    expect(numberFormat("de", euros)).toBe(numberFormat("de", { ...euros }));
    expect(numberFormat("de", euros).format("1.5")).toBe("1,50\u00a0€");
    expect(numberFormat("en", euros).format("1.5")).toBe("€1.50");
    expect(numberFormat("de", { ...euros, currency: "USD" }).format("1.5")).toBe("1,50\u00a0$");
  });

  test("are dropped, the oldest first, before they are many", () => {
    const made = (at: number) =>
      numberFormat(at < 400 ? "en" : "de", {
        ...{ minimumIntegerDigits: 1 + (at % 20), maximumFractionDigits: Math.floor((at % 400) / 20) },
      });
    const first = made(0);
    for (let at = 1; at < 500; at += 1) made(at);
    expect(made(0)).toBe(first);
    made(500);
    expect(made(0)).not.toBe(first);
  });
});
