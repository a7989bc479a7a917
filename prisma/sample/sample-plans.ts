/** Currency of each sample plan, and the API body of every tax rate, meter and plan of the sample. */
export type SampleRecord = { readonly kind: string } & Readonly<Record<string, unknown>>;

type Body = Readonly<Record<string, unknown>>;

function fee(code: string, name: string, billing: string, proration: string, amount: string): Body {
  return { code, name, kind: "recurring", billing, proration, charge_model: "flat", flat: { amount } };
}

function seats(proration: string, unitAmount: string): Body {
  return {
    code: "seats",
    name: "Seats",
    kind: "recurring",
    billing: "in_advance",
    proration,
    charge_model: "per_unit",
    per_unit: { unit_amount: unitAmount },
    quantity: "5",
  };
}

function usage(name: string, meter: string, model: string, terms: Body, more: Body = {}): Body {
  return {
    code: meter,
    name,
    kind: "usage",
    meter,
    billing: "in_arrears",
    proration: "none",
    charge_model: model,
    [model]: terms,
    ...more,
  };
}

function plan(
  code: string,
  name: string,
  currency: string,
  unit: string,
  prices: readonly Body[],
): SampleRecord {
  return { kind: "plan", code, name, currency, interval: { unit, count: 1 }, prices };
}

export const SETTINGS: SampleRecord = {
  kind: "settings",
  timezone: "UTC",
  default_currency: "USD",
  invoice_number_template: "INV-{YYYYMM}-{SEQ:5}",
  payment_terms_days: 30,
  draft_window: "PT0S",
  zero_amount_invoices: "finalize",
  tax_rounding: "line_per_tax",
  rounding_mode: "half_up",
  page_size: "A4",
  brand: {
    name: "Northwind Metering GmbH",
    address: { line1: "Torstraße 140", city: "Berlin", postal_code: "10119", country: "DE" },
    tax_id: "DE300000003",
    color: "#0b5c8a",
    footer: "Northwind Metering GmbH · Berlin · IBAN DE02 1203 0000 0000 2020 51 · BIC BYLADEM1001",
  },
  email_from: "billing@northwind.example",
};

function taxRate(
  code: string,
  name: string,
  percentage: string,
  inclusive: boolean,
  jurisdiction: string,
): SampleRecord {
  return { kind: "tax_rate", code, name, percentage, inclusive, jurisdiction };
}

export const TAX_RATES: readonly SampleRecord[] = [
  taxRate("de-vat", "USt.", "19", false, "DE"),
  taxRate("gb-vat", "VAT", "20", true, "GB"),
  taxRate("jp-consumption", "消費税", "10", false, "JP"),
  taxRate("us-ny-sales", "NY sales tax", "8.875", false, "US-NY"),
  taxRate("ca-gst", "GST", "5", false, "CA"),
  taxRate("ca-qst", "QST", "9.975", false, "CA-QC"),
  taxRate("ae-vat", "VAT", "5", false, "AE"),
];

function meter(
  code: string,
  name: string,
  eventType: string,
  aggregation: string,
  more: Body = {},
): SampleRecord {
  return { kind: "meter", code, name, event_type: eventType, aggregation, ...more };
}

export const METERS: readonly SampleRecord[] = [
  meter("documents", "Documents", "document.processed", "count", { unit: "document" }),
  meter("premium_documents", "Premium documents", "document.processed", "count", {
    filters: [{ property: "tier", op: "in", values: ["premium"] }],
    unit: "document",
  }),
  meter("api_requests", "API requests", "api.batch", "sum", { unit: "request" }),
  meter("egress", "Data transfer", "network.egress", "sum", { value_property: "gb", unit: "GB" }),
  meter("storage", "Peak storage", "storage.measured", "max", { unit: "GB" }),
  meter("active_seats", "Active seats", "seats.counted", "latest", { unit: "seat" }),
  meter("instance_hours", "Instance hours", "compute.metered", "sum", {
    group_by: ["instance"],
    unit: "hour",
  }),
  meter("tokens", "Tokens", "tokens.used", "sum", { unit: "token" }),
];

const USD_PLANS: readonly SampleRecord[] = [
  plan("starter", "Starter", "USD", "month", [
    fee("base", "Starter base fee", "in_arrears", "second", "29.00"),
    usage("Documents", "documents", "per_unit", { unit_amount: "0.05" }, { included_units: "100" }),
  ]),
  plan("growth", "Growth", "USD", "month", [
    fee("platform", "Growth platform fee", "in_advance", "second", "199.00"),
    usage("Documents", "documents", "graduated", {
      tiers: [
        { up_to: "1000", unit_amount: "0.05" },
        { up_to: "3000", unit_amount: "0.042" },
        { up_to: null, unit_amount: "0.0333" },
      ],
    }),
    usage("Peak storage", "storage", "per_unit", { unit_amount: "0.12" }),
  ]),
  plan("scale", "Scale", "USD", "month", [
    usage("API requests", "api_requests", "volume", {
      tiers: [
        { up_to: "1000000", unit_amount: "0.0004" },
        { up_to: "4000000", unit_amount: "0.0003", flat_amount: "25.00" },
        { up_to: null, unit_amount: "0.000275", flat_amount: "50.00" },
      ],
    }),
    usage(
      "Data transfer, per 100 GB",
      "egress",
      "package",
      { size: "100", amount: "8.00", rounding: "up" },
      { minimum_amount: "75.00", maximum_amount: "1250.00" },
    ),
    usage("Premium documents", "premium_documents", "per_unit", { unit_amount: "0.25" }),
  ]),
  plan("ai", "AI", "USD", "month", [
    fee("base", "AI base fee", "in_arrears", "second", "49.00"),
    usage("Tokens", "tokens", "per_unit", { unit_amount: "0.000000123457" }),
  ]),
  plan("compute", "Compute", "USD", "month", [
    usage("Instance hours", "instance_hours", "per_unit", { unit_amount: "0.0417" }),
  ]),
  plan("team", "Team", "USD", "month", [
    seats("day", "15.00"),
    usage("Active seats", "active_seats", "per_unit", { unit_amount: "2.5" }),
  ]),
  plan("weekly", "Weekly", "USD", "week", [
    fee("base", "Weekly base fee", "in_arrears", "second", "12.00"),
    usage("Documents", "documents", "per_unit", { unit_amount: "0.0655" }),
  ]),
  plan("standby", "Standby", "USD", "month", [
    fee("base", "Standby base fee", "in_arrears", "second", "49.00"),
    usage(
      "Documents",
      "documents",
      "graduated",
      {
        tiers: [
          { up_to: "100", unit_amount: "0.1", flat_amount: "10.00" },
          { up_to: null, unit_amount: "0.08" },
        ],
      },
      { zero_usage: "first_tier" },
    ),
    usage("API requests", "api_requests", "per_unit", { unit_amount: "0.0005" }),
  ]),
];

const OTHER_PLANS: readonly SampleRecord[] = [
  plan("growth-eur", "Growth", "EUR", "month", [
    fee("base", "Growth base fee", "in_arrears", "second", "149.00"),
    usage(
      "Documents",
      "documents",
      "graduated",
      {
        tiers: [
          { up_to: "500", unit_amount: "0.06", flat_amount: "10.00" },
          { up_to: null, unit_amount: "0.0425", flat_amount: "5.00" },
        ],
      },
      { zero_usage: "nothing" },
    ),
    usage("Data transfer, per 100 GB", "egress", "package", {
      size: "100",
      amount: "7.50",
      rounding: "down",
    }),
  ]),
  plan("team-eur", "Team", "EUR", "month", [
    seats("second", "14.00"),
    usage("Peak storage", "storage", "volume", {
      tiers: [
        { up_to: "250", unit_amount: "0.19" },
        { up_to: null, unit_amount: "0.155" },
      ],
    }),
  ]),
  plan("quarterly-eur", "Enterprise, quarterly", "EUR", "quarter", [
    fee("platform", "Enterprise platform fee", "in_advance", "day", "2400.00"),
    usage("API requests", "api_requests", "per_unit", { unit_amount: "0.00035" }),
  ]),
  plan("growth-gbp", "Growth", "GBP", "month", [
    {
      ...fee("base", "Growth base fee", "in_arrears", "second", "125.00"),
      tax_behavior: "inclusive",
    },
    usage("Documents", "documents", "per_unit", { unit_amount: "0.0735" }, { tax_behavior: "inclusive" }),
  ]),
  plan("business-jpy", "ビジネス", "JPY", "month", [
    fee("base", "基本料金", "in_arrears", "second", "9800"),
    usage("Documents", "documents", "per_unit", { unit_amount: "7.5" }),
    usage("API requests", "api_requests", "per_unit", { unit_amount: "0.0085" }),
  ]),
  plan("business-kwd", "Business", "KWD", "month", [
    fee("base", "Business base fee", "in_arrears", "second", "24.500"),
    usage("Documents", "documents", "per_unit", { unit_amount: "0.01" }),
  ]),
];

export const PLANS: readonly SampleRecord[] = [...USD_PLANS, ...OTHER_PLANS];
