import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, launch } from "puppeteer-core";
import { findChromium } from "#libs/platform/pdf/chromium-binary.ts";
import { installFontSet } from "#libs/platform/pdf/font-set.ts";

/** A real Chromium with our fonts, for pages that people use. It may reach loopback and nothing else. Close it. */
export async function openTestBrowser(): Promise<Browser> {
  const workDir = join(tmpdir(), "billwright-pdf-test");
  await mkdir(workDir, { recursive: true });
  const [binary, fonts] = [await findChromium(workDir), await installFontSet(workDir)];
  return launch({
    executablePath: binary.executable,
    headless: "shell",
    pipe: true,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
      ...["--font-render-hinting=none", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
    ],
    env: {
      FONTCONFIG_FILE: fonts.configFile,
      HOME: workDir,
      LANG: "C.UTF-8",
      TZ: "UTC",
      ...(binary.libraryDir === null ? {} : { LD_LIBRARY_PATH: binary.libraryDir }),
    },
  });
}
