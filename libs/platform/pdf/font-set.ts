import { copyFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FontCoverage, fontCoverage, glyphsByCodePoint } from "./font-coverage.ts";
import { readTrueType, type TrueType } from "./true-type.ts";

/** Our fonts, installed: the only ones that the browser can see, and what they can print. */
export type FontSet = {
  readonly configFile: string;
  readonly coverage: FontCoverage;
  /** By PostScript name, as a PDF names them. */
  readonly fonts: ReadonlyMap<string, TrueType>;
};

/** Latin, Greek, Cyrillic and Devanagari; Arabic; Japanese; emoji. All SIL Open Font License. */
function fontFiles(): readonly string[] {
  return [
    require.resolve("@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf"),
    require.resolve("@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf"),
    require.resolve("@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf"),
    require.resolve("@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf"),
    require.resolve("@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf"),
    require.resolve("@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf"),
    require.resolve("@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf"),
    require.resolve("@expo-google-fonts/noto-emoji/700Bold/NotoEmoji_700Bold.ttf"),
  ];
}

/**
 * Copies our fonts into `workDir` and writes a fontconfig file that sees nothing else, neither the machine's
 * fonts nor its configuration. Safe to run in several processes at once.
 */
export async function installFontSet(workDir: string): Promise<FontSet> {
  const fontDir = join(workDir, "fonts");
  await mkdir(fontDir, { recursive: true });
  await Promise.all(fontFiles().map((source) => placeCopy(source, join(fontDir, basename(source)))));
  const configFile = join(workDir, "fonts.conf");
  const draft = `${configFile}.${process.pid}`;
  await writeFile(draft, fontConfig(fontDir, join(workDir, "font-cache")));
  await rename(draft, configFile);
  return { configFile, ...(await ourFonts()) };
}

type Fonts = Pick<FontSet, "coverage" | "fonts">;

let read: Promise<Fonts> | null = null;

/** Our fonts as the packages have them, read once a process. */
function ourFonts(): Promise<Fonts> {
  read ??= readFonts().catch((error: unknown) => {
    read = null;
    throw error;
  });
  return read;
}

async function readFonts(): Promise<Fonts> {
  const files = await Promise.all(
    fontFiles().map(async (source) => {
      const file = await readFile(source);
      const glyphs = glyphsByCodePoint(file);
      const name = basename(source, ".ttf").replace(/_\d+/, "-");
      return { name, glyphs, font: readTrueType(file, glyphs) };
    }),
  );
  return {
    // Characters that only a regular file has are printed from it in bold text too, so the union decides.
    coverage: fontCoverage(files.map(({ glyphs }) => glyphs)),
    fonts: new Map(files.map(({ name, font }) => [name, font])),
  };
}

/** The characters of a text that none of our fonts prints, once each. Reads the fonts at the first call. */
export async function missingGlyphs(text: string): Promise<readonly string[]> {
  return (await ourFonts()).coverage.missingFrom(text);
}

async function placeCopy(source: string, target: string): Promise<void> {
  const [wanted, present] = await Promise.all([stat(source), stat(target).catch(() => null)]);
  if (present?.size === wanted.size) return;
  const draft = `${target}.${process.pid}.part`;
  await copyFile(source, draft);
  await rename(draft, target);
}

function fontConfig(fontDir: string, cacheDir: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${xmlText(fontDir)}</dir>
  <cachedir>${xmlText(cacheDir)}</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Noto Sans</family></prefer></alias>
  <alias binding="strong"><family>serif</family><prefer><family>Noto Sans</family></prefer></alias>
  <alias binding="strong"><family>monospace</family><prefer><family>Noto Sans</family></prefer></alias>
</fontconfig>
`;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
