import type { BillingStack } from "./start-stack.ts";

export const guards = ["claim", "effect-fence", "effect-memory", "inbox-unique", "job-key"] as const;
export type Guard = (typeof guards)[number];

/** What is there twice when nobody guards: no other breach proves that the missing guard was noticed. */
const breachWithout: Readonly<Record<Guard, RegExp>> = {
  claim: /^duplicates: .*(billed before|claimed before|stood on an invoice before)/,
  "effect-fence": /^duplicates: .*mailed more than once/,
  "effect-memory": /^duplicates: .*mailed more than once/,
  "inbox-unique": /^duplicates: .*(stored before|recorded before)/,
  "job-key": /^duplicates: .*planned before/,
};

/**
 * How each guard is taken away, as the owner of the schema. Where an insert names its unique index (`ON CONFLICT`), the
 * index must stay for the statement to parse: there a trigger makes every key a new one, and nothing is unique any more.
 */
const withoutGuard: Readonly<Record<Guard, string>> = {
  claim: `
    alter table billing_period drop constraint billing_period_follows;
    drop index billing_period_first;
    drop index billing_period_tenant_id_subscription_item_id_schedule_no_i_key;
    drop index billing_period_tenant_id_subscription_item_id_start_at_key;
    drop index billing_period_tenant_id_subscription_item_id_end_at_key;
    drop index invoice_once_per_boundary;
    drop index invoice_line_tenant_id_source_key_key;
    -- generation locks subscriptions and moves them on: without that, the claims alone would hold
    create function broken_no_progress() returns trigger language plpgsql as $$
    begin
      new.next_index := old.next_index;
      new.next_due_at := old.next_due_at;
      return new;
    end $$;
    create trigger broken_no_progress before update of next_index on subscription for each row execute function broken_no_progress();`,
  "effect-fence": `
    create function broken_no_fence() returns trigger language plpgsql as $$
    begin
      new.fence := old.fence;
      return new;
    end $$;
    create trigger broken_no_fence before update on effect for each row execute function broken_no_fence();`,
  "effect-memory": `
    create function broken_no_memory() returns trigger language plpgsql as $$
    begin
      if new.state = 'succeeded' then
        new.state := 'planned';
        new.epoch_started_at := null;
      end if;
      return new;
    end $$;
    create trigger broken_no_memory before update on effect for each row execute function broken_no_memory();`,
  "job-key": `
    create function broken_new_key() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from job where tenant_id = new.tenant_id and key = new.key) then
        new.key := new.key || '#' || gen_random_uuid();
      end if;
      return new;
    end $$;
    create trigger broken_new_key before insert on job for each row execute function broken_new_key();`,
  "inbox-unique": `
    create function broken_new_event_id() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from webhook_inbox where provider = new.provider and account = new.account and event_id = new.event_id) then
        new.event_id := new.event_id || '#' || gen_random_uuid();
      end if;
      return new;
    end $$;
    create trigger broken_new_event_id before insert on webhook_inbox for each row execute function broken_new_event_id();
    create function broken_new_provider_id() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from payment where tenant_id = new.tenant_id and provider = new.provider and provider_id = new.provider_id) then
        new.provider_id := new.provider_id || '#' || gen_random_uuid();
        -- a payment has its attempt's id, which is unique as well
        new.id := gen_random_uuid();
      end if;
      return new;
    end $$;
    create trigger broken_new_provider_id before insert on payment for each row execute function broken_new_provider_id();`,
};

/** The breach that comes of a missing guard; null when none of these does. */
export function breachOfGuard(guard: Guard, breaches: readonly string[]): string | null {
  return breaches.find((breach) => breachWithout[guard].test(breach)) ?? null;
}

/** Takes one guard away from the database, so that a run proves that somebody would notice. */
export async function breakGuard(stack: BillingStack, guard: Guard): Promise<void> {
  await stack.rows(withoutGuard[guard]);
}
