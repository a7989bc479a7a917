import { readFileSync } from "node:fs";
import { fontCoverage, glyphsByCodePoint } from "./font-coverage.ts";

const read = (path: string) => readFileSync(require.resolve(`@expo-google-fonts/${path}`));
const latin = fontCoverage([glyphsByCodePoint(read("noto-sans/400Regular/NotoSans_400Regular.ttf"))]);
const emoji = fontCoverage([glyphsByCodePoint(read("noto-emoji/400Regular/NotoEmoji_400Regular.ttf"))]);

describe("font coverage", () => {
  test("knows the letters a font has, and names each missing one once", () => {
    expect(latin.missingFrom("Zażółć gęślą jaźń – Ελλάδα, Киев, ₹ € 1\u202f234")).toEqual([]);
    expect(latin.missingFrom("日本日")).toEqual(["日", "本"]);
  });

  test("reads code points beyond the basic plane", () => {
    expect(emoji.missingFrom("🚀🎉")).toEqual([]);
    expect(latin.missingFrom("🚀")).toEqual(["🚀"]);
  });

  test("never misses what prints nothing: joiners, direction marks, variation selectors, line ends", () => {
    expect(latin.missingFrom("a\u200d\u200f\ufe0f\u061c\n\tb")).toEqual([]);
  });

  test("misses control characters and broken surrogates", () => {
    expect(latin.missingFrom("a\u0007\ud83d")).toEqual(["\u0007", "\ud83d"]);
  });
});
