import { redact } from "./logger.ts";

describe("redact", () => {
  it("hides fields that are named like secrets, however deep", () => {
    expect(
      redact({ user: "ada", deep: { password: "hunter2", apiKey: "k", list: [{ token: "t" }] } }),
    ).toEqual({
      user: "ada",
      deep: { password: "[redacted]", apiKey: "[redacted]", list: [{ token: "[redacted]" }] },
    });
  });

  it("hides values that look like keys inside any text, errors too", () => {
    const secret = "bw_live_0123456789abcdef";
    expect(redact(`Bearer ${secret} and sk_test_abc123 and whsec_xyz`)).toBe(
      "Bearer bw_live_[redacted] and sk_test_[redacted] and whsec_[redacted]",
    );
    expect(JSON.stringify(redact(new Error(`refused: ${secret}`)))).not.toContain("0123456789abcdef");
  });

  it("leaves what is no secret as it is, and writes bigints as text", () => {
    expect(redact({ invoice_number: "INV-1", amount: 12n, at: new Date(0), none: null })).toEqual({
      invoice_number: "INV-1",
      amount: "12",
      at: "1970-01-01T00:00:00.000Z",
      none: null,
    });
  });
});
