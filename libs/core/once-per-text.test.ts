import { oncePerText } from "./once-per-text.ts";

describe("oncePerText", () => {
  it("makes a value once for each text, also where it is nothing", () => {
    const asked: string[] = [];
    const lengthOf = oncePerText((text) => {
      asked.push(text);
      return text === "" ? undefined : text.length;
    });
    expect(["ab", "", "ab", "", "abc"].map(lengthOf)).toEqual([2, undefined, 2, undefined, 3]);
    expect(asked).toEqual(["ab", "", "abc"]);
  });

  it("keeps a bounded number of texts, and answers all others just as well", () => {
    let made = 0;
    const doubled = oncePerText((text) => {
      made++;
      return text + text;
    });
    for (let n = 0; n < 5_000; n++) expect(doubled(`${n}`)).toBe(`${n}${n}`);
    expect(doubled("0")).toBe("00");
    expect(made).toBe(5_001);
  });

  it("keeps nothing of a text that throws", () => {
    let calls = 0;
    const strict = oncePerText(() => {
      calls++;
      throw new RangeError("no");
    });
    expect(() => strict("x")).toThrow("no");
    expect(() => strict("x")).toThrow("no");
    expect(calls).toBe(2);
  });
});
