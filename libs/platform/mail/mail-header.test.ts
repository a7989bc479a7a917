import { headerText } from "./mail-header.ts";

test.each([
  ["Globex\r\nBcc: all@example.com", "Globex Bcc: all@example.com"],
  ["a\u2028b\u2029c", "a b c"],
  ["\u0000tab\there\u007f", "tab here"],
])("the text %j of a header is one line", (text, line) => {
  expect(headerText(text)).toBe(line);
});
