/** The transaction that jobs and routes hand to verbs; they never look inside. */
export type { TenantTx as Tx } from "#libs/data/database.ts";
