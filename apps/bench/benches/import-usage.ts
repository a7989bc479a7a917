import { hash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importEvents } from "#libs/billing/usage/import-events.ts";
import { createLogger } from "#libs/platform/logger.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import { inPlace, type Place } from "../open-place.ts";
import { copyAndCountUsage, copyUsage } from "../peers/copy-usage.ts";
import { openUsageTenant, usageMeterCodes } from "../usage-tenant.ts";

const CUSTOMERS = 1_000;
/** A million events are a day. */
const EVERY_MS = 86;
const FIRST_AT = Date.parse("2026-03-01T00:00:00Z");

/** As little as a table can have that takes an event once: no other index, no foreign key, no check, no policy. */
const KEY_ONLY = "usage_event_key_only";

/** A file of a day's log, imported with its hourly buckets, beside the server's own COPY of the finished rows. */
export const importUsage: Bench = {
  name: "import-usage",
  about: `import of a CSV file, ${CUSTOMERS} customers, ${usageMeterCodes.length} meters, in order of time; peer: COPY of the same rows`,
  open: (terms) => inPlace(terms, async (place) => ({ cases: await casesOf(place, terms.rows) })),
};

async function casesOf(place: Place, rows: number): Promise<OpenBench["cases"]> {
  const { database, owner } = place;
  const { tenantId, customers } = await openUsageTenant(place, CUSTOMERS);
  await owner.query(
    `create table ${KEY_ONLY} (like usage_event including defaults, primary key (tenant_id, source, id))`,
  );
  await owner.query("analyze tenant");
  const files = writeFiles(place.dir, { tenantId, customers, rows });
  const clear = () => owner.query(`truncate usage_event, usage_hour, ${KEY_ONLY}; checkpoint`);
  const timed = async (run: () => Promise<unknown>): Promise<Sample> => {
    await clear();
    const start = performance.now();
    await run();
    return { value: (rows * 1_000) / (performance.now() - start) };
  };
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  const ours = () => importEvents({ database, logger }, { tenantId, path: files.csv });
  const caseOf = (name: string, peer: () => Promise<void>): BenchCase => ({
    ...{ name: `${rows} events, beside ${name}`, unit: "events/s", better: "higher", ratioTarget: 0.5 },
    ours: { name: "importEvents", sample: () => timed(ours) },
    peer: { name, sample: () => timed(peer) },
    verify: async () => {
      await clear();
      await ours();
      await copyUsage(place, KEY_ONLY, files.copy);
      await assertSame(owner, rows);
      await clear();
    },
  });
  return [
    caseOf("COPY into its primary key alone", () => copyUsage(place, KEY_ONLY, files.copy)),
    caseOf("COPY into the same table", () => copyUsage(place, "usage_event", files.copy)),
    caseOf("COPY and INSERT of the same rows and buckets", () => copyAndCountUsage(place, files.copy)),
  ];
}

/** The events are those of the file, and the buckets hold them. */
async function assertSame(owner: Place["owner"], rows: number): Promise<void> {
  const sums = (table: string, count: string, value: string) =>
    `select ${count}::text || ' events, ' || trim_scale(${value})::text as sums from ${table}`;
  const of = async (sql: string) => (await owner.query<{ sums: string }>(sql)).rows[0]?.sums;
  const copied = await of(sums(KEY_ONLY, "count(*)", "sum(value)"));
  const stored = await of(sums("usage_event", "count(*)", "sum(value)"));
  const counted = await of(sums("usage_hour", "sum(n)", "sum(sum)"));
  if (!copied?.startsWith(`${rows} events`) || stored !== copied || counted !== copied)
    throw new Error(`copied: ${copied}; stored: ${stored}; in buckets: ${counted}`);
  const { rows: other } = await owner.query(
    `select 1 from ${KEY_ONLY} c full join usage_event e using (tenant_id, source, id)
     where (c.customer_id, c.event_type, c.timestamp, c.value, c.properties)
       is distinct from (e.customer_id, e.event_type, e.timestamp, e.value, e.properties) limit 1`,
  );
  if (other.length > 0) throw new Error("an event is stored otherwise than it was copied");
}

/** The same rows twice: as a customer's export, and as COPY takes the finished rows of the table. */
function writeFiles(
  dir: string,
  given: { readonly tenantId: string; readonly customers: readonly string[]; readonly rows: number },
): { readonly csv: string; readonly copy: string } {
  const files = { csv: join(dir, "events.csv"), copy: join(dir, "events.copy") };
  const csv = ["id,customer,event_type,timestamp,value,properties.region"];
  const copy: string[] = [];
  const flush = () => {
    writeFileSync(files.csv, csv.map((line) => `${line}\n`).join(""), { flag: "a" });
    writeFileSync(files.copy, copy.map((line) => `${line}\n`).join(""), { flag: "a" });
    csv.length = 0;
    copy.length = 0;
  };
  for (let n = 0; n < given.rows; n++) {
    const who = (n * 7_919) % CUSTOMERS;
    const type = usageMeterCodes[Math.floor((n * 2_654_435_761) / 7) % usageMeterCodes.length] ?? "";
    const at = new Date(FIRST_AT + n * EVERY_MS).toISOString();
    const value = String((n % 1_000) / 4);
    const id = hash("sha256", String(n), "hex");
    csv.push([id.slice(0, 32), `customer-${who}`, type, at, value, "eu-west"].join(","));
    const row = [
      given.tenantId,
      "",
      id.slice(0, 32),
      type,
      `customer-${who}`,
      given.customers[who],
      "\\N",
      at,
      value,
    ];
    copy.push([...row, '{"region": "eu-west"}', `\\\\x${id}`, "\\N", at].join("\t"));
    if (copy.length === 10_000) flush();
  }
  flush();
  chmodSync(files.copy, 0o644);
  return files;
}
