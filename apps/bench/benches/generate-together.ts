import type { Bench, BenchCase } from "../bench.ts";
import { billAll, CHUNK, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";
import { timeWork } from "../time-work.ts";

const GENERATORS = 10;

/** What it costs that others bill the same month of the same subscriptions at the same time. */
export const generateTogether: Bench = {
  name: "generate-together",
  about: `${GENERATORS} generators bill the same subscriptions, in chunks of ${CHUNK}; peer: one alone`,
  open: ({ size, ...terms }) =>
    inPlace(
      { size, ...terms },
      async (place) => ({ cases: [await caseOf(place, { tiny: 20, small: 1_000, full: 10_000 }[size])] }),
      GENERATORS,
    ),
};

async function caseOf(place: Place, count: number): Promise<BenchCase> {
  const sideOf = async (generators: number) => {
    const tenant = await openMonthlyTenant(place, count);
    let months = 0;
    return async () => {
      await tenant.reach(months++);
      const sample = await timeWork(count, () =>
        Promise.all(Array.from({ length: generators }, () => billAll(tenant, { workers: 1 }))),
      );
      await assertEachOnce(place, tenant, months);
      return sample;
    };
  };
  const [ours, peer] = [await sideOf(GENERATORS), await sideOf(1)];
  return {
    ...{ name: `${count} invoices`, unit: "invoices/s", better: "higher", ratioTarget: 0.9 },
    ours: { name: `${GENERATORS} generators`, sample: ours },
    peer: { name: "one generator", sample: peer },
    verify: async () => {
      await ours();
      await peer();
    },
  };
}

/** One invoice of each subscription and month, and no number left out or given twice. */
async function assertEachOnce({ owner }: Place, tenant: MonthlyTenant, months: number): Promise<void> {
  const { rows } = await owner.query<{ invoices: string; numbers: string; last: string }>(
    `select count(*) as invoices, count(distinct i.number) as numbers,
       (select sum(last_number) from document_counter where tenant_id = $1) as last
     from invoice i where i.tenant_id = $1`,
    [tenant.tenantId],
  );
  const wanted = String(tenant.subscriptionIds.length * months);
  const [{ invoices, numbers, last } = { invoices: "", numbers: "", last: "" }] = rows;
  if (invoices !== wanted || numbers !== wanted || last !== wanted)
    throw new Error(`${invoices} invoices with ${numbers} numbers, the last ${last}, of ${wanted}`);
}
