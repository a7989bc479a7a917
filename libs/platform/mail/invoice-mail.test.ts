import { invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { invoiceMail } from "./invoice-mail.ts";

const payUrl = "https://pay.example/p/k1.link.1.abc?x=1&y=2";

describe("the invoice mail", () => {
  test("says in both bodies what is due, when, and where to pay", () => {
    const mail = invoiceMail(invoiceDocument(), { from: "Acme Cloud", payUrl });
    expect(mail.subject).toBe("Invoice INV-202510-00001 from Acme Cloud");
    for (const said of [
      "$12.34",
      "due October 31, 2025",
      "Globex Corporation",
      "INV-202510-00001",
      "Sep 1",
    ]) {
      expect(mail.text).toContain(said);
      expect(mail.html).toContain(said);
    }
    expect(mail.text).toContain(payUrl);
    expect(mail.html).toContain(`href="https://pay.example/p/k1.link.1.abc?x=1&amp;y=2"`);
  });

  test("shows no button without a link, without a debt, or with a link that is no web address", () => {
    const paid = invoiceMail(invoiceDocument({ amountDue: "0.00" }), { from: "Acme", payUrl });
    const plain = invoiceMail(invoiceDocument(), { from: "Acme" });
    const script = invoiceMail(invoiceDocument(), { from: "Acme", payUrl: "javascript:alert(1)" });
    for (const mail of [paid, plain, script]) {
      expect(`${mail.html}${mail.text}`).not.toContain("Pay this invoice");
    }
    expect(paid.text).toContain("nothing to pay");
    expect(script.html).not.toContain("javascript:");
  });

  test("stands at the side that its language begins at, whatever letters the seller's name has", () => {
    const { html } = invoiceMail(invoiceDocument({ locale: "ar-EG" }), { from: "Acme Cloud" });
    expect(html).toMatch(/<html lang="ar-EG" dir="rtl">/);
    // A cell that guesses its direction from its letters would stand at the left.
    expect(html).toMatch(/<td style="[^"]*"><bdi>Acme Cloud<\/bdi><\/td>/);
    expect(html).toMatch(/<td style="[^"]*"><bdi>Acme Cloud, Inc\. ·/);
  });

  test("escapes what customers and tenants wrote", () => {
    const base = invoiceDocument();
    const name = `<img src="http://127.0.0.1/x">`;
    const mail = invoiceMail(
      invoiceDocument({
        customer: { ...base.customer, name },
        seller: { ...base.seller, color: `red;"><script>` },
        notices: [`<b>reverse charge</b>`],
      }),
      { from: `"><script>` },
    );
    expect(mail.html).not.toMatch(/<img|<script|<b>/);
    expect(mail.html).toContain("&lt;img src=&quot;http://127.0.0.1/x&quot;&gt;");
    expect(mail.text).toContain(`Hello ${name},`);
  });

  test("keeps the lines of a template's footer apart in both bodies", () => {
    const footer = "Acme Cloud, Inc.\nBoard: A. Lovelace";
    const template = { version: 1, color: null, texts: { footer }, units: {} };
    const mail = invoiceMail(invoiceDocument(), { from: "Acme Cloud", template });
    expect(mail.html).toMatch(/white-space:pre-line[^>]*><bdi>Acme Cloud, Inc\.\nBoard: A\. Lovelace/);
    expect(mail.text).toContain(footer);
  });

  test("names a credit note as one and asks for no payment", () => {
    const mail = invoiceMail(
      invoiceDocument({
        invoiceType: "credit",
        number: "CN-1",
        corrects: { number: "INV-7", reason: "Outage" },
      }),
      {
        from: "Acme",
        payUrl,
      },
    );
    expect(mail.subject).toBe("Credit note CN-1 from Acme");
    expect(mail.text).toMatch(/For invoice:? +INV-7/);
    expect(mail.text).toContain("$12.34 credited to you");
    expect(mail.text).not.toContain("Pay this invoice");
  });
});
