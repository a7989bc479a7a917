import fc from "fast-check";
import { parsePublicId, publicId } from "./public-id.ts";

describe("a public id", () => {
  it.each([
    ["00000000-0000-0000-0000-000000000000", "cus_00000000000000000000000000"],
    ["ffffffff-ffff-ffff-ffff-ffffffffffff", "cus_7zzzzzzzzzzzzzzzzzzzzzzzzz"],
    ["0194b4d5-1a00-7f3c-8d21-5b6e9a0c4f17", "cus_01jjtda6g0fwy8t8avdtd0rkrq"],
  ])("of %s is %s", (uuid, id) => {
    expect(publicId("customer", uuid)).toBe(id);
  });

  it("leads back to its UUID, and sorts as it does", () => {
    const pairs = fc.tuple(fc.uuid(), fc.uuid());
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(parsePublicId("invoice", publicId("invoice", a))).toBe(a);
        expect(publicId("invoice", a) < publicId("invoice", b)).toBe(a < b);
      }),
    );
  });
});
