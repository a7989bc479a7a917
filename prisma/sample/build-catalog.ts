import { OFFSET_ON_1_MARCH, type SampleOrganization } from "./sample-organization.ts";
import { ORGANIZATIONS } from "./sample-organizations.ts";
import { METERS, PLANS, SETTINGS, type SampleRecord, TAX_RATES } from "./sample-plans.ts";

/** When an organization's subscription starts: the first instant of March in its zone unless it names another. */
export function startOf(organization: SampleOrganization): string {
  return organization.startsAt ?? `2026-03-01T00:00:00${OFFSET_ON_1_MARCH[organization.zone]}`;
}

function customer(organization: SampleOrganization): SampleRecord {
  const [line1, city, postalCode, country] = organization.address;
  const plan = PLANS.find((candidate) => candidate.code === organization.plan);
  if (plan === undefined) throw new Error(`no plan ${organization.plan} for ${organization.slug}`);
  return {
    kind: "customer",
    external_id: organization.slug,
    name: organization.name,
    email: `billing@${organization.slug}.example`,
    status: organization.status ?? "active",
    currency: plan.currency,
    timezone: organization.zone,
    locale: organization.locale ?? "en-US",
    billing_address: { line1, city, postal_code: postalCode, country },
    tax_ids: organization.taxId === undefined ? [] : [organization.taxId],
    tax_rate_ids: organization.taxRates ?? [],
    tax_status: organization.taxStatus ?? "taxable",
  };
}

function paymentMethod(organization: SampleOrganization): readonly SampleRecord[] {
  if (organization.card === null || organization.status === "inactive") return [];
  const providerId = organization.card ?? "pm_card_visa";
  return [{ kind: "payment_method", customer: organization.slug, type: "card", provider_id: providerId }];
}

function subscription(organization: SampleOrganization): SampleRecord {
  return {
    kind: "subscription",
    customer: organization.slug,
    plan: organization.plan,
    starts_at: startOf(organization),
    anchor: organization.anchorDay === undefined ? "calendar" : { day: organization.anchorDay },
    timezone: organization.zone,
    ...(organization.trialEndsAt === undefined ? {} : { trial_ends_at: organization.trialEndsAt }),
    ...(organization.seats === undefined ? {} : { quantities: { seats: organization.seats } }),
    collection: organization.card === null ? "send_invoice" : "charge_automatically",
  };
}

/** Everything but the events, in the order in which it must be loaded. */
export function buildCatalog(): readonly SampleRecord[] {
  return [
    SETTINGS,
    ...TAX_RATES,
    ...METERS,
    ...PLANS,
    ...ORGANIZATIONS.map(customer),
    ...ORGANIZATIONS.flatMap(paymentMethod),
    ...ORGANIZATIONS.map(subscription),
  ];
}
