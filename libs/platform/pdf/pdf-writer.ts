/** Writes a PDF object by object. The same calls give the same bytes. */
export type PdfWriter = {
  /** The number of an object that will be written. */
  readonly reserve: () => number;
  readonly write: (number: number, text: string) => void;
  /** `entries` stand in the dictionary, without its brackets; `packed` is what zlib made. */
  readonly writeStream: (number: number, entries: string, packed: Uint8Array) => void;
  /** As `writeStream`, of bytes that are packed otherwise or not at all, as `entries` say. */
  readonly writeRaw: (number: number, entries: string, bytes: Uint8Array) => void;
  readonly file: (trailer: { readonly root: number; readonly info: number }) => Uint8Array;
};

export function pdfWriter(): PdfWriter {
  const objects: Buffer[][] = [];
  const put = (number: number, ...parts: (string | Uint8Array)[]) => {
    objects[number - 1] = [`${number} 0 obj\n`, ...parts, "\nendobj\n"].map((part) =>
      typeof part === "string"
        ? Buffer.from(part, "latin1")
        : Buffer.from(part.buffer, part.byteOffset, part.length),
    );
  };
  const writeRaw: PdfWriter["writeRaw"] = (number, entries, bytes) =>
    put(number, `<<${entries}\n/Length ${bytes.length}>> stream\n`, bytes, "\nendstream");
  return {
    reserve: () => objects.push([]),
    write: put,
    writeRaw,
    writeStream: (number, entries, packed) => writeRaw(number, `${entries}\n/Filter /FlateDecode`, packed),
    file: ({ root, info }) => {
      const parts: Buffer[] = [Buffer.from("%PDF-1.4\n%\xd3\xeb\xe9\xe1\n", "latin1")];
      let offset = parts[0]?.length ?? 0;
      const rows = objects.map((object, index) => {
        if (object.length === 0) throw new Error(`object ${index + 1} of the PDF was never written`);
        const row = `${String(offset).padStart(10, "0")} 00000 n \n`;
        for (const part of object) offset += part.length;
        parts.push(...object);
        return row;
      });
      const size = objects.length + 1;
      const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}`;
      const end = `trailer\n<</Size ${size}\n/Root ${root} 0 R\n/Info ${info} 0 R>>\nstartxref\n${offset}\n%%EOF\n`;
      return new Uint8Array(Buffer.concat([...parts, Buffer.from(table + end, "latin1")]));
    },
  };
}
