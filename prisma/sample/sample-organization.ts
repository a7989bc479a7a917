/** How many events of each type the generator makes for an organization. */
export type SampleUsage = Readonly<Partial<Record<SampleEventType, number>>>;

export type SampleEventType =
  | "document.processed"
  | "api.batch"
  | "network.egress"
  | "storage.measured"
  | "seats.counted"
  | "compute.metered"
  | "tokens.used";

/** A customer of the sample with its one subscription. Times are RFC 3339 with offset. */
export type SampleOrganization = {
  readonly slug: string;
  readonly name: string;
  readonly zone: SampleZone;
  readonly plan: string;
  /** line 1, city, postal code, country */
  readonly address: readonly [string, string, string, string];
  readonly usage: SampleUsage;
  readonly locale?: string;
  readonly status?: "inactive";
  readonly taxRates?: readonly string[];
  readonly taxStatus?: "exempt" | "reverse_charge";
  readonly taxId?: string;
  /** Unset: the first instant of March in the zone. */
  readonly startsAt?: string;
  readonly trialEndsAt?: string;
  readonly anchorDay?: number;
  readonly seats?: string;
  /** Saved card of the sandbox; `null`: none, the invoice is sent. */
  readonly card?: "pm_card_declineOnce" | null;
};

/** Offset from UTC on 1 March 2026 of every zone in the sample. */
export const OFFSET_ON_1_MARCH = {
  UTC: "+00:00",
  "America/Anchorage": "-09:00",
  "America/Chicago": "-06:00",
  "America/Denver": "-07:00",
  "America/Halifax": "-04:00",
  "America/Los_Angeles": "-08:00",
  "America/Mexico_City": "-06:00",
  "America/New_York": "-05:00",
  "America/Phoenix": "-07:00",
  "America/Sao_Paulo": "-03:00",
  "America/Toronto": "-05:00",
  "Asia/Dubai": "+04:00",
  "Asia/Kolkata": "+05:30",
  "Asia/Kuwait": "+03:00",
  "Asia/Singapore": "+08:00",
  "Asia/Tokyo": "+09:00",
  "Australia/Sydney": "+11:00",
  "Europe/Amsterdam": "+01:00",
  "Europe/Athens": "+02:00",
  "Europe/Berlin": "+01:00",
  "Europe/Copenhagen": "+01:00",
  "Europe/London": "+00:00",
  "Europe/Paris": "+01:00",
  "Europe/Warsaw": "+01:00",
  "Europe/Zurich": "+01:00",
  "Pacific/Honolulu": "-10:00",
} as const;

export type SampleZone = keyof typeof OFFSET_ON_1_MARCH;

/** Usage of an organization that processes documents and may store them. */
export const documents = (count: number, storage = 0): SampleUsage => ({
  "document.processed": count,
  ...(storage > 0 ? { "storage.measured": storage } : {}),
});
/** Usage of an organization on the Scale plan. */
export const scale = (api: number, egress: number, count: number): SampleUsage => ({
  "api.batch": api,
  "network.egress": egress,
  "document.processed": count,
});

type Extra = Omit<SampleOrganization, "slug" | "name" | "zone" | "plan" | "address" | "usage">;

/** One row of the sample's tables of organizations. */
export function org(
  slug: string,
  name: string,
  zone: SampleZone,
  plan: string,
  address: SampleOrganization["address"],
  usage: SampleUsage,
  extra: Extra = {},
): SampleOrganization {
  return { slug, name, zone, plan, address, usage, ...extra };
}

/** The customer owes the tax itself. */
export const REVERSE_CHARGE = { taxStatus: "reverse_charge" } as const;
