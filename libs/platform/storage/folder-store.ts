import { createHash, randomUUID } from "node:crypto";
import { constants, copyFile, link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { domainError } from "#libs/core/errors.ts";
import { checkedKey, type ObjectStore } from "./object-store.ts";

export type FolderStoreConfig = {
  readonly dir: string;
  /** Web address under which the folder is served; unset: objects have `file:` addresses. */
  readonly publicBase?: string;
};

const incoming = ".incoming";

/**
 * Objects as plain files below one folder. A file appears complete, by a hard link from a draft that is already on
 * disk, and is never overwritten; several processes may share the folder.
 */
export function createFolderStore(config: FolderStoreConfig): ObjectStore {
  const dir = resolve(config.dir);
  const pathOf = (key: string) => join(dir, ...checkedKey(key).split("/"));
  const urlOf = (key: string) =>
    config.publicBase === undefined
      ? pathToFileURL(pathOf(key)).href
      : `${config.publicBase.replace(/\/+$/, "")}/${key}`;
  return {
    put: async ({ key, bytes, sha256 }) => {
      const target = pathOf(key);
      if (sha256Of(bytes) !== sha256)
        throw new Error(`the bytes for ${key} do not have the SHA-256 ${sha256}`);
      const isNew = await named(() => place(dir, target, bytes));
      if (!isNew && sha256Of(await named(() => readFile(target))) !== sha256) {
        throw domainError("object_conflict", `Other bytes are already stored as ${key}; they are kept.`);
      }
      return { key, url: urlOf(key), stored: isNew ? "created" : "existed" };
    },
    get: async (key) => {
      const bytes = await readIfPresent(pathOf(key));
      if (bytes === null) throw domainError("object_not_found", `Nothing is stored as ${key}.`);
      return new Uint8Array(bytes);
    },
    head: async (key) => {
      const bytes = await readIfPresent(pathOf(key));
      return bytes === null ? null : { sizeBytes: bytes.length, sha256: sha256Of(bytes) };
    },
    link: () => Promise.resolve(null),
    endsBrokenUploads: () => Promise.resolve(null),
    remove: async (key) => {
      const path = pathOf(key);
      await named(() => rm(path, { force: true }));
    },
    list: async (folder, limit) => {
      const path = pathOf(folder);
      const names = await readdir(path).catch((error: unknown) => {
        if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
        throw asUnavailable(error);
      });
      return names
        .sort()
        .slice(0, limit)
        .map((name) => `${folder}/${name}`);
    },
    check: async () => {
      const probe = join(dir, incoming, `check-${randomUUID()}`);
      await named(async () => {
        await writeDurably(probe, new Uint8Array([1]));
        await rm(probe);
      });
    },
  };
}

/** True when the file was made, false when there was one already. */
async function place(dir: string, target: string, bytes: Uint8Array): Promise<boolean> {
  const draft = join(dir, incoming, randomUUID());
  await mkdir(dirname(target), { recursive: true });
  await writeDurably(draft, bytes);
  try {
    await linkOrCopy(draft, target);
    await syncFolder(dirname(target));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function linkOrCopy(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    const hasNoLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(error));
    if (!hasNoLinks) throw error;
    await copyFile(draft, target, constants.COPYFILE_EXCL);
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx", 0o640);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows cannot open a folder to flush it; its file system orders the link by itself. */
async function syncFolder(dir: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readIfPresent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes(codeOf(error))) return null;
    throw asUnavailable(error);
  }
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error);
  }
}

/** Errors of the operating system are named; anything else is a mistake of ours and stays what it is. */
function asUnavailable(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return domainError("storage_unavailable", `The folder cannot be used: ${error.message}`);
}

function codeOf(error: unknown): string {
  return isSystemError(error) ? (error.code ?? "") : "";
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && "syscall" in error;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
