/** The default template's style sheet. Lengths in pt and mm: it is printed, never shown on a screen. */
export const invoiceStyle = `
* { box-sizing: border-box; margin: 0; padding: 0; }
html { -webkit-print-color-adjust: exact; }
.invoice { position: relative; break-before: page; }
.start { position: absolute; top: 0; left: 0; width: 1px; height: 1px; }
.invoice {
  font-family: "Noto Sans", "Noto Sans Arabic", "Noto Sans JP", "Noto Emoji", sans-serif;
  font-size: 9pt; line-height: 1.45; color: #1a1f36;
  font-synthesis: none; font-kerning: normal;
}
[lang|="ja"] { font-family: "Noto Sans", "Noto Sans JP", "Noto Sans Arabic", "Noto Emoji", sans-serif; line-break: strict; }
[dir="auto"] { overflow-wrap: anywhere; }
[dir="ltr"] [dir="auto"] { text-align: left; }
[dir="rtl"] [dir="auto"] { text-align: right; }
.muted { color: #5b6478; }
.bar { height: 5pt; background: var(--brand); margin-bottom: 9mm; }
.head { display: flex; justify-content: space-between; align-items: flex-start; gap: 10mm; }
h1 { font-size: 21pt; font-weight: 700; line-height: 1.15; letter-spacing: -0.2pt; }
[dir="rtl"] h1 { letter-spacing: 0; }
.logo { max-height: 15mm; max-width: 60mm; display: block; }
.wordmark { font-size: 15pt; font-weight: 700; line-height: 1.25; color: var(--brand); max-width: 85mm; }
.facts { border-collapse: collapse; margin-top: 5mm; }
.facts th { text-align: start; font-weight: 700; padding: 0.6mm 0; padding-inline-end: 8mm; vertical-align: top; white-space: nowrap; }
.facts td { padding: 0.6mm 0; }
.parties { display: grid; grid-template-columns: 1fr 1fr; gap: 10mm; margin-top: 9mm; }
.party h2 { font-size: 9pt; font-weight: 700; margin-bottom: 0.6mm; color: #5b6478; }
.party .name { font-weight: 700; }
.headline { margin-top: 10mm; font-size: 15pt; font-weight: 700; line-height: 1.3; break-after: avoid; }
.terms { margin-top: 1mm; }
.said { margin-top: 3mm; white-space: pre-line; }
.closing .said { margin-top: 0; }
table.lines { width: 100%; border-collapse: collapse; margin-top: 8mm; table-layout: fixed; }
.lines thead th { font-weight: 400; font-size: 8pt; color: #5b6478; text-align: end; padding: 0 0 1.6mm; padding-inline-start: 3mm; vertical-align: bottom;
  border-bottom: 0.75pt solid #1a1f36; }
.lines thead th:first-child { text-align: start; padding-inline-start: 0; }
.lines col.quantity { width: 36mm; }
.lines col.rate { width: 33mm; }
.lines col.amount { width: 32mm; }
.lines tbody { break-inside: avoid; }
.lines tbody.tall { break-inside: auto; }
.lines tbody.tall tr:nth-child(-n+3) { break-after: avoid; }
.lines tr.sums { break-before: avoid; }
.lines tr { break-inside: avoid; }
.lines td { padding: 2mm 0 0; text-align: end; vertical-align: top; padding-inline-start: 3mm; overflow-wrap: anywhere; }
.lines td:first-child { text-align: start; padding-inline-start: 0; }
.lines tbody.line > tr:last-child > td { padding-bottom: 2mm; }
.lines tbody.line > tr:has(+ tr.first-sum) > td { padding-bottom: 3.5mm; }
.lines tbody.line + tbody.line > tr:first-child > td { border-top: 0.5pt solid #e3e8ee; }
.lines .what { font-weight: 700; }
.lines .note { font-size: 8pt; color: #5b6478; }
.lines tr.tier td { font-size: 8pt; color: #5b6478; padding-top: 0.5mm; }
.lines tr.tier td:first-child { padding-inline-start: 4mm; }
.lines td.sum { padding-top: 1.2mm; padding-bottom: 1.2mm; border-top: 0.5pt solid #e3e8ee; }
.lines td.sum:not(.strong) { font-weight: 400; }
.lines td.sum.label { text-align: start; padding-inline-start: 0; }
.lines tr.first-sum td { border-top: 0.75pt solid #1a1f36; }
.lines tr.sums td:first-child { border: 0; }
.lines tr.first-sum td:first-child { border-top: 0.75pt solid #1a1f36; }
.lines td.strong { font-weight: 700; }
.lines tr.due td.sum { font-size: 10.5pt; }
.notices { margin-top: 8mm; break-inside: avoid; }
.notices p { padding: 1.6mm 3mm; border-inline-start: 2pt solid var(--brand); background: #f6f8fa; margin-bottom: 1.5mm; }
.closing { margin-top: 7mm; break-inside: avoid; color: #5b6478; }
.closing p { white-space: pre-line; }
.closing p + p { margin-top: 1.5mm; }
`;

/** The pages called `name`: their size, their margins, and at their foot what they belong to. `title` and `seller` are any text. */
export function pageStyle(
  name: string,
  page: {
    readonly size: "A4" | "Letter";
    readonly title: string;
    readonly seller: string;
    readonly direction: "ltr" | "rtl";
  },
): string {
  const box = `font-family: "Noto Sans", "Noto Sans Arabic", "Noto Sans JP", "Noto Emoji", sans-serif; font-size: 7.5pt; color: #5b6478; vertical-align: middle;`;
  const side = page.direction === "rtl" ? "right" : "left";
  // Isolated, so that a name never reorders what stands beside it.
  const running = [page.seller, page.title]
    .filter((part) => part !== "")
    .map((part) => `\u2068${part}\u2069`)
    .join(" · ");
  return `
@page ${name} {
  size: ${page.size}; margin: 12mm 18mm 20mm;
  @bottom-${side} { content: ${cssString(running)}; direction: ${page.direction}; ${box} }
}
`;
}

/** A CSS string literal: whatever is no plain letter, digit or space becomes an escape, so nothing can end it. */
function cssString(text: string): string {
  const escaped = [...text].map((character) =>
    /[A-Za-z0-9 ]/.test(character) ? character : `\\${(character.codePointAt(0) ?? 0).toString(16)} `,
  );
  return `"${escaped.join("")}"`;
}
