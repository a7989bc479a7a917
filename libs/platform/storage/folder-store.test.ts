import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createFolderStore } from "./folder-store.ts";
import { invoiceObjectKey } from "./object-store.ts";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const object = (key: string, text: string) => ({
  key,
  bytes: bytesOf(text),
  sha256: sha256(text),
  contentType: "application/pdf",
});

describe("the folder store", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "folder-store-"));
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  test("keeps an object and gives it back byte by byte", async () => {
    const store = createFolderStore({ dir });
    const put = await store.put(object("ten_1/invoices/INV-1.pdf", "one"));
    expect(put).toEqual({
      key: "ten_1/invoices/INV-1.pdf",
      url: pathToFileURL(join(dir, "ten_1/invoices/INV-1.pdf")).href,
      stored: "created",
    });
    expect(await store.get(put.key)).toEqual(bytesOf("one"));
    expect(await store.head(put.key)).toEqual({ sizeBytes: 3, sha256: sha256("one") });
  });

  test("answers existed for the same bytes, and never overwrites other bytes", async () => {
    const store = createFolderStore({ dir, publicBase: "http://127.0.0.1:3000/files/" });
    await store.put(object("a/b.pdf", "one"));
    expect(await store.put(object("a/b.pdf", "one"))).toEqual({
      key: "a/b.pdf",
      url: "http://127.0.0.1:3000/files/a/b.pdf",
      stored: "existed",
    });
    await expect(store.put(object("a/b.pdf", "two"))).rejects.toMatchObject({ code: "object_conflict" });
    expect(await store.get("a/b.pdf")).toEqual(bytesOf("one"));
  });

  test("lets exactly one of many racing puts create the object, and leaves no draft", async () => {
    const stores = Array.from({ length: 20 }, () => createFolderStore({ dir }));
    const results = await Promise.all(stores.map((store) => store.put(object("a/b.pdf", "one"))));
    expect(results.filter((result) => result.stored === "created")).toHaveLength(1);
    expect(await readdir(join(dir, "a"))).toEqual(["b.pdf"]);
    expect(await readdir(join(dir, ".incoming"))).toEqual([]);
  });

  test("removes an object once and for all, and minds no second time", async () => {
    const store = createFolderStore({ dir });
    await store.put(object("a/b.pdf", "one"));
    await store.remove("a/b.pdf");
    await store.remove("a/b.pdf");
    expect(await store.head("a/b.pdf")).toBeNull();
    await expect(store.remove("../b.pdf")).rejects.toMatchObject({ code: "object_key_invalid" });
  });

  test("lists what lies in a folder, in order and up to a limit, and nothing of other folders", async () => {
    const store = createFolderStore({ dir });
    for (const key of ["a/2.pdf", "a/1.pdf", "a/3.pdf", "b/1.pdf", "ab/1.pdf"])
      await store.put(object(key, key));
    expect(await store.list("a", 10)).toEqual(["a/1.pdf", "a/2.pdf", "a/3.pdf"]);
    expect(await store.list("a", 2)).toEqual(["a/1.pdf", "a/2.pdf"]);
    expect(await store.list("c", 2)).toEqual([]);
    await expect(store.list("../x", 2)).rejects.toMatchObject({ code: "object_key_invalid" });
  });

  test("says what is not there", async () => {
    const store = createFolderStore({ dir });
    expect(await store.head("a/b.pdf")).toBeNull();
    await expect(store.get("a/b.pdf")).rejects.toMatchObject({ code: "object_not_found" });
  });

  test.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a//b",
    "",
    "a\\..\\b",
    ".incoming/x",
    "a/.b",
    "a\0b",
    "C:/x",
  ])("refuses the key %j, which could leave the folder", async (key) => {
    const store = createFolderStore({ dir });
    await expect(store.put(object(key, "x"))).rejects.toMatchObject({ code: "object_key_invalid" });
    await expect(store.get(key)).rejects.toMatchObject({ code: "object_key_invalid" });
    await expect(store.head(key)).rejects.toMatchObject({ code: "object_key_invalid" });
  });

  test("refuses bytes that do not have the hash they come with", async () => {
    const store = createFolderStore({ dir });
    await expect(store.put({ ...object("a/b.pdf", "one"), sha256: sha256("two") })).rejects.toThrow(
      "SHA-256",
    );
    expect(await store.head("a/b.pdf")).toBeNull();
  });

  test("checks that it can write, and names it when it cannot", async () => {
    await expect(createFolderStore({ dir }).check()).resolves.toBeUndefined();
    const file = join(dir, "file");
    await writeFile(file, "");
    const blocked = createFolderStore({ dir: file });
    await expect(blocked.check()).rejects.toMatchObject({ code: "storage_unavailable" });
    await expect(blocked.put(object("a/b.pdf", "x"))).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});

describe("the key of an invoice", () => {
  test("is the same for the same invoice and safe for any number", () => {
    const invoice = { tenantId: "ten_1", number: "INV/2025 10.1", sha256: sha256("x") };
    expect(invoiceObjectKey(invoice)).toBe(`ten_1/invoices/INV_2025_10_1-${sha256("x").slice(0, 16)}.pdf`);
    expect(invoiceObjectKey(invoice)).toBe(invoiceObjectKey({ ...invoice }));
    expect(invoiceObjectKey({ ...invoice, number: "../../x" })).not.toContain("..");
  });
});
