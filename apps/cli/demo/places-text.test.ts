import { placesText } from "./places-text.ts";

const places = {
  apiUrl: "http://127.0.0.1:3000",
  apiKey: "bw_test_x",
  adminEmail: "ops@example.com",
  adminPassword: "secret",
  mailboxUrl: "http://127.0.0.1:12111/mailbox",
  sandboxUrl: "http://127.0.0.1:12111",
  pdfDir: "/data/objects",
};

test("a demo that runs on says where everything is", () => {
  const text = placesText(places, false);
  for (const place of Object.values(places)) expect(text).toContain(place);
});

test("a demo that stops names no address that will not answer, only what stays", () => {
  const text = placesText(places, true);
  expect(text).not.toContain("http");
  expect(text).toContain("PDFs     /data/objects\n");
});
