import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Journal, JournalDraft } from "../journal.ts";

export type ObjectInfo = {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly sha256: string;
  readonly content_type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly last_modified: string;
};

/** Buckets of objects as files. An object exists once its `.json` does; its bytes were there before. */
export type ObjectStore = {
  readonly hasBucket: (bucket: string) => boolean;
  readonly createBucket: (bucket: string) => void;
  /** The rules of the bucket as they were sent, XML. */
  readonly lifecycle: (bucket: string) => string | undefined;
  readonly setLifecycle: (bucket: string, rules: string) => void;
  readonly put: (bucket: string, object: ObjectInfo, content: Buffer, journal: JournalDraft) => void;
  readonly info: (bucket: string, key: string) => ObjectInfo | undefined;
  readonly content: (bucket: string, object: ObjectInfo) => Buffer;
  readonly remove: (bucket: string, key: string) => boolean;
  /** All objects of the bucket, by key. */
  readonly list: (bucket: string) => readonly ObjectInfo[];
};

type Stored = { readonly object: ObjectInfo; readonly journal: JournalDraft };

/** Opens `s3/` in the data directory. Bucket names must have been checked (`isBucketName`). */
export function openObjectStore(dataDir: string, journal: Journal): ObjectStore {
  const root = join(dataDir, "s3");
  mkdirSync(root, { recursive: true });
  const fileOf = (bucket: string, key: string): string =>
    join(root, bucket, `${createHash("sha256").update(key).digest("hex")}.json`);
  const list = (bucket: string): Stored[] =>
    readdirSync(join(root, bucket))
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(root, bucket, name), "utf8")) as Stored);
  for (const bucket of readdirSync(root)) for (const stored of list(bucket)) journal.record(stored.journal);
  return {
    hasBucket: (bucket) => existsSync(join(root, bucket)),
    createBucket: (bucket) => mkdirSync(join(root, bucket), { recursive: true }),
    lifecycle: (bucket) => {
      const file = join(root, bucket, "lifecycle.xml");
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    },
    setLifecycle: (bucket, rules) => writeFileSync(join(root, bucket, "lifecycle.xml"), rules),
    put: (bucket, object, content, draft) => {
      const file = fileOf(bucket, object.key);
      writeFileSync(join(root, bucket, `${object.sha256}.bin`), content);
      writeFileSync(`${file}.tmp`, JSON.stringify({ object, journal: draft } satisfies Stored));
      renameSync(`${file}.tmp`, file);
      journal.record(draft);
    },
    info: (bucket, key) => {
      const file = fileOf(bucket, key);
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Stored).object : undefined;
    },
    content: (bucket, object) => readFileSync(join(root, bucket, `${object.sha256}.bin`)),
    remove: (bucket, key) => {
      const file = fileOf(bucket, key);
      if (!existsSync(file)) return false;
      rmSync(file);
      return true;
    },
    list: (bucket) =>
      list(bucket)
        .map(({ object }) => object)
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

/** S3's rule for names of buckets, which also keeps them inside their folder. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
}
