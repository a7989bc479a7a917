import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";

/** Where Debian keeps servers, which is on the PATH of root only. */
const alsoIn = ["/usr/sbin", "/usr/local/sbin"];

/** The path of an installed program; null when there is none. */
export function findProgram(name: string, path = childEnvironment({}).PATH ?? ""): string | null {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ""), ...alsoIn];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
