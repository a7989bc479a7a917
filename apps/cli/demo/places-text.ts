/** What the demo leaves to look at. */
export type DemoPlaces = {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly mailboxUrl: string;
  readonly sandboxUrl: string;
  /** Folder of the PDFs. */
  readonly pdfDir: string;
};

/** Where to look; of a stack that is about to stop only its files are left. */
export function placesText(places: DemoPlaces, isStopping: boolean): string {
  const { apiUrl, pdfDir } = places;
  const pdfs = `PDFs     ${pdfDir}`;
  if (isStopping) return `\n${pdfs}\nEverything stops now; \`npm run demo\` starts it again to look at.\n`;
  return [
    "",
    `API      ${apiUrl}/v1  (Authorization: Bearer ${places.apiKey})`,
    `Docs     ${apiUrl}/docs`,
    `Queues   ${apiUrl}/admin/queues  (${places.adminEmail} / ${places.adminPassword})`,
    `Mailbox  ${places.mailboxUrl}`,
    `Sandbox  ${places.sandboxUrl}`,
    `${pdfs}\n`,
  ].join("\n");
}
