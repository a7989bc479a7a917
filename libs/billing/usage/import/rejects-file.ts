import { type FileHandle, open } from "node:fs/promises";
import { domainError } from "#libs/core/errors.ts";

/** One row that was not taken, as a line of the rejects file. */
export type ImportReject = {
  readonly file: string;
  readonly line: number;
  /** In the words of the API; empty when it is the row as a whole. */
  readonly field: string;
  /** What the file calls the field. */
  readonly column?: string;
  readonly code: string;
  readonly reason: string;
  /** As it stands in the file: an object, or the text that could not be read as one. */
  readonly row: unknown;
};

export type RejectsFile = {
  readonly write: (rejects: readonly ImportReject[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** An NDJSON file that is made, or added to, when there is something to write; without a path nothing is kept. */
export function openRejectsFile(path: string | undefined): RejectsFile {
  let file: FileHandle | null = null;
  return {
    write: async (rejects) => {
      if (path === undefined || rejects.length === 0) return;
      file ??= await open(path, "a").catch((error: Error) => {
        throw domainError("file_unreadable", `the rejects file cannot be written: ${error.message}`);
      });
      await file.appendFile(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(""));
    },
    close: async () => {
      await file?.close();
    },
  };
}
