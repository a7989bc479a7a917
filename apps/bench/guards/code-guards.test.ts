import { existsSync, readFileSync } from "node:fs";
import { guardLabel } from "./guard.ts";
import { codeGuards } from "./lists/code-guards.ts";
import { withoutText } from "./test-lane.ts";

describe("the guards of the code", () => {
  it.each(codeGuards.map((guard) => [guard.name, guard] as const))(
    "stand where the list says: %s",
    (_name, { edit, tests }) => {
      if (edit === null) throw new Error("a guard of the code is an edit");
      const text = readFileSync(edit.file, "utf8");
      expect(withoutText(text, edit)).not.toBe(text);
      expect(tests.length).toBeGreaterThan(0);
      for (const { file } of tests) expect([file, existsSync(file)]).toEqual([file, true]);
    },
  );

  it("have names of their own", () => {
    expect(new Set(codeGuards.map(guardLabel)).size).toBe(codeGuards.length);
  });

  it.each([
    ["moved away", "nothing of it"],
    ["stands twice", "a guard and a guard"],
  ])("are not taken for removed when the text %s", (_what, text) => {
    const edit = { file: "libs/x.ts", text: "a guard", without: "" };
    expect(() => withoutText(text, edit)).toThrow("libs/x.ts holds the guard's text");
  });
});
