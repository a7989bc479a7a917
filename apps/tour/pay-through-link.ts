import { mkdir } from "node:fs/promises";
import { launch } from "puppeteer-core";
import { DomainError } from "#libs/core/errors.ts";
import { type ChromiumBinary, findChromium } from "#libs/platform/pdf/chromium-binary.ts";
import { installFontSet } from "#libs/platform/pdf/font-set.ts";
import { bodyOf, createClient } from "../api/client/create-client.ts";

/** The card that pays, at Stripe's test mode and at the sandbox. */
const card = "4242424242424242";
const pageMs = 30_000;

export type PaidThroughLink = {
  /** How it was paid, in words. */
  readonly way: string;
  /** What the customer saw or was told before the payment. */
  readonly shown: string;
};

/** Pays as the customer does: in a browser where there is one, else as the page's own script does without one. */
export async function payThroughLink(
  link: string,
  given: {
    readonly workDir: string;
    readonly stripeUrl: string;
    /** Undefined: the one from npm, or an installed one. */
    readonly chromiumPath?: string | undefined;
  },
): Promise<PaidThroughLink> {
  await mkdir(given.workDir, { recursive: true });
  const binary = await findChromium(given.workDir, given.chromiumPath).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "pdf_browser_missing") return null;
    throw error;
  });
  return binary === null ? payByScript(link, given.stripeUrl) : payInBrowser(link, binary, given.workDir);
}

async function payInBrowser(link: string, binary: ChromiumBinary, workDir: string): Promise<PaidThroughLink> {
  const fonts = await installFontSet(workDir);
  const browser = await launch({
    executablePath: binary.executable,
    headless: "shell",
    pipe: true,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
    env: {
      ...{ FONTCONFIG_FILE: fonts.configFile, HOME: workDir, LANG: "C.UTF-8", TZ: "UTC" },
      ...(binary.libraryDir === null ? {} : { LD_LIBRARY_PATH: binary.libraryDir }),
    },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(pageMs);
    await page.goto(link, { waitUntil: "networkidle0" });
    const shown = String(await page.evaluate("document.body.innerText"));
    await page.locator("pierce/[name=number]").fill(card);
    await page.locator("pierce/[name=expiry]").fill("12 / 44");
    await page.locator("pierce/[name=cvc]").fill("123");
    await page.locator("#pay-button").click();
    await page.waitForFunction("document.body.innerText.includes('Paid, thank you')");
    return { way: `the page in Chromium (${await browser.version()})`, shown };
  } finally {
    await browser.close();
  }
}

async function payByScript(link: string, stripeUrl: string): Promise<PaidThroughLink> {
  const { origin, pathname } = new URL(link);
  const api = createClient({ baseUrl: origin, key: null });
  const params = { path: { token: decodeURIComponent(pathname.split("/").at(-1) ?? "") } };
  const headers = { accept: "application/json" };
  const shown = bodyOf(await api.GET("/public/pay/{token}", { params, headers }));
  const intent = bodyOf(await api.POST("/public/pay/{token}/intent", { params }));
  const id = intent.client_secret.split("_secret_")[0];
  const paid = await fetch(`${stripeUrl}/v1/payment_intents/${id}/confirm`, {
    method: "POST",
    body: new URLSearchParams({
      ...{ key: intent.publishable_key, client_secret: intent.client_secret },
      payment_method: "pm_card_visa",
    }),
  });
  if (!paid.ok) throw new Error(`the stand-in for Stripe answered ${paid.status}: ${await paid.text()}`);
  return { way: "the page's JSON, since there is no Chromium here", shown: JSON.stringify(shown) };
}
