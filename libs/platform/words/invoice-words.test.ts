import { printedLocale } from "#libs/core/locale.ts";
import { english } from "./english.ts";
import { invoiceWords, sentence } from "./invoice-words.ts";
import { unitWord } from "./unit-words.ts";

const placesOf = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe("the words of an invoice", () => {
  test.each(Object.entries(invoiceWords))(
    "leave no value out in %s, and name none that English does not",
    (_language, words) => {
      expect(Object.keys(words)).toEqual(Object.keys(english));
      for (const [key, text] of Object.entries(english)) {
        expect([key, placesOf(words[key as keyof typeof english])]).toEqual([key, placesOf(text)]);
      }
    },
  );

  test("isolate and escape the values of a sentence", () => {
    expect(sentence("{amount} due {date}", { amount: "<1>", date: "today" }).markup).toBe(
      "<bdi>&lt;1&gt;</bdi> due <bdi>today</bdi>",
    );
  });

  test("are international English for a language that we have no words for", () => {
    expect(["it-IT", "zh", "pl", "ar-EG", "en-IN"].map(printedLocale)).toEqual([
      ...["en-001", "en-001", "pl", "ar-EG", "en-IN"],
    ]);
  });
});

describe("a unit", () => {
  test.each([
    ["en", ["requests", "request", "requests", "requests", "requests"]],
    ["fr", ["requête", "requête", "requête", "requêtes", "requêtes"]],
    ["pl", ["żądań", "żądanie", "żądania", "żądania", "żądań"]],
    ["ja", ["リクエスト", "リクエスト", "リクエスト", "リクエスト", "リクエスト"]],
    ["ar", ["طلب", "طلب", "طلب", "طلبان", "طلبات"]],
  ])("is counted as %s does: 0, 1, 1.5, 2 and 5 of it", (locale, forms) => {
    expect(["0", "1", "1.5", "2", "5"].map((quantity) => unitWord("requests", quantity, { locale }))).toEqual(
      forms,
    );
  });

  test("is found in whichever language and number its meter names it", () => {
    expect(unitWord("Anfragen", "1", { locale: "en" })).toBe("request");
    expect(unitWord("Request", "-3", { locale: "de" })).toBe("Anfragen");
  });

  test("that we have no words for is printed as its meter names it", () => {
    expect(["GB", "widgets", "constructor"].map((unit) => unitWord(unit, "1", { locale: "de" }))).toEqual([
      ...["GB", "widgets", "constructor"],
    ]);
  });

  test("is counted in the tenant's own words before ours", () => {
    const own = { ride: { one: "Fahrt", other: "Fahrten" } };
    expect(["1", "2"].map((quantity) => unitWord("ride", quantity, { locale: "de", own }))).toEqual([
      ...["Fahrt", "Fahrten"],
    ]);
  });
});
