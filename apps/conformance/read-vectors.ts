import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BadInput } from "./conformance-options.ts";

export const areas = [
  "charge_models",
  "periods",
  "proration",
  "invoices",
  "aggregation",
  "webhooks_stripe",
] as const;
export type Area = (typeof areas)[number];

/** One fact of another engine. Adapters are handed `input` alone. */
export type VectorCase = {
  readonly area: Area;
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
};

const vectorFile = z.object({
  area: z.enum(areas),
  cases: z.array(
    z.object({
      id: z.string().min(1),
      input: z.record(z.string(), z.unknown()),
      expected: z.record(z.string(), z.unknown()).refine((keys) => Object.keys(keys).length > 0, {
        message: "states nothing",
      }),
    }),
  ),
});

/** The cases of all the files, in order; of a folder, its *.json files by name. Throws BadInput, naming file and place. */
export function readVectors(paths: readonly string[]): VectorCase[] {
  return paths.flatMap(filesOf).flatMap(readVectorFile);
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path)
      .filter((name) => name.endsWith(".json"))
      .sort();
    if (files.length === 0) throw new BadInput(`${path}: a folder without *.json files`);
    return files.map((name) => join(path, name));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readVectorFile(path: string): VectorCase[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw unreadable(path, error);
  }
  const parsed = vectorFile.safeParse(content);
  if (!parsed.success) {
    const places = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `  ${issue.path.join(".") || "the file"}: ${issue.message}`);
    throw new BadInput(
      `${path}: not a vector file ({area, cases: [{id, input, expected}]})\n${places.join("\n")}`,
    );
  }
  const { area, cases } = parsed.data;
  return cases.map((each) => ({ area, ...each }));
}

function unreadable(path: string, error: unknown): BadInput {
  if (error instanceof BadInput) return error;
  return new BadInput(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
