import { createSecretBox } from "./secret-box.ts";

const [oldKey, newKey] = ["1".repeat(64), "2".repeat(64)];
const owner = { tenantId: "t1", purpose: "test" };

describe("a secret box", () => {
  it("opens what it sealed, and never writes the text", () => {
    const box = createSecretBox([newKey]);
    const sealed = box.seal("whsec_zażółć", owner);
    expect(sealed.includes("whsec")).toBe(false);
    expect(sealed).not.toEqual(box.seal("whsec_zażółć", owner));
    expect(box.open(sealed, owner)).toBe("whsec_zażółć");
  });

  it("opens with an older key after a change of keys, and seals with the newest", () => {
    const sealed = createSecretBox([oldKey]).seal("x", owner);
    const both = createSecretBox([newKey, oldKey]);
    expect(both.open(sealed, owner)).toBe("x");
    expect(() => createSecretBox([newKey]).open(sealed, owner)).toThrow("that MASTER_KEY does not hold");
    expect(createSecretBox([newKey]).open(both.seal("y", owner), owner)).toBe("y");
  });

  it("opens nothing that was changed, or moved to another tenant or purpose", () => {
    const box = createSecretBox([newKey]);
    const sealed = box.seal("x", owner);
    expect(() => box.open(sealed, { ...owner, tenantId: "t2" })).toThrow();
    expect(() => box.open(sealed, { ...owner, purpose: "other" })).toThrow();
    for (let at = 5; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => box.open(changed, owner)).toThrow();
    }
  });
});
