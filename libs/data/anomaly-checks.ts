import type { TenantTx } from "./database.ts";

/** Notes how many findings each kind of anomaly had; the latest look is kept. */
export async function saveAnomalyChecks(
  tx: TenantTx,
  checks: readonly { readonly kind: string; readonly findings: number }[],
): Promise<void> {
  await tx.db.$executeRaw`
    insert into anomaly_check (tenant_id, kind, findings)
    select ${tx.tenantId}::uuid, kind, findings
    from unnest(${checks.map((c) => c.kind)}::text[], ${checks.map((c) => c.findings)}::int[]) as c (kind, findings) order by kind
    on conflict (tenant_id, kind) do update set findings = excluded.findings, checked_at = now()`;
}
