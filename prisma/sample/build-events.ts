import { startOf } from "./build-catalog.ts";
import { OFFSET_ON_1_MARCH, type SampleEventType, type SampleOrganization } from "./sample-organization.ts";
import { ORGANIZATIONS } from "./sample-organizations.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** An event as `POST /v1/events` takes it. */
export type SampleEvent = {
  readonly id: string;
  readonly event_type: SampleEventType;
  readonly customer: string;
  readonly timestamp: string;
  readonly value?: string;
  readonly properties?: Readonly<Record<string, string>>;
};

type Draft = Omit<SampleEvent, "id">;
type Facts = Pick<SampleEvent, "value" | "properties">;

const SEED = 20_260_401;
/** An hour before the demo's clock, so that nothing lies in its future. */
const LAST_EVENT = Date.parse("2026-04-01T11:00:00Z");
const INSTANCES = 200;
const DUPLICATE_EVERY = 257;
const DUPLICATE_LAG = 37;
const DUPLICATES_AT_THE_END = 40;
const LATE_PER_ORGANIZATION = 50;

/** Whole number of thousandths as a decimal string: 1234 is "1.234". */
function thousandths(amount: number): string {
  return `${Math.floor(amount / 1000)}.${String(amount % 1000).padStart(3, "0")}`;
}

const FACTS: Readonly<
  Record<SampleEventType, (random: SeededRandom, index: number, organization: SampleOrganization) => Facts>
> = {
  "document.processed": (random, _index, organization) => {
    if (organization.plan !== "scale") return {};
    const draw = random(10);
    if (draw === 0) return {};
    return { properties: { tier: draw <= 3 ? "premium" : "standard" } };
  },
  "api.batch": (random) => ({ value: String(50 + random(1951)) }),
  "network.egress": (random) => ({ properties: { gb: thousandths(1 + random(25_000)) } }),
  "storage.measured": (random, index) => ({ value: thousandths(180_000 + index * 1500 + random(60_000)) }),
  "seats.counted": (random) => ({ value: String(6 + random(30)) }),
  "compute.metered": (random, index) => ({
    value: thousandths(250 + random(5750)),
    properties: { instance: `i-${String((index % INSTANCES) + 1).padStart(4, "0")}` },
  }),
  "tokens.used": (random) => ({ value: String(500 + random(250_000)) }),
};

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

/** One event per equal slice of the time from the subscription's start to the last event, at a random second in it. */
function regularEvents(organization: SampleOrganization, random: SeededRandom): Draft[] {
  const from = Date.parse(startOf(organization)) / 1000;
  const span = LAST_EVENT / 1000 - from;
  const drafts: Draft[] = [];
  for (const [type, count] of Object.entries(organization.usage) as [SampleEventType, number][]) {
    for (let index = 0; index < count; index += 1) {
      const sliceStart = Math.floor((index * span) / count);
      const sliceEnd = Math.floor(((index + 1) * span) / count);
      const second = from + sliceStart + random(Math.max(1, sliceEnd - sliceStart));
      drafts.push({
        event_type: type,
        customer: organization.slug,
        timestamp: instant(second * 1000),
        ...FACTS[type](random, index, organization),
      });
    }
  }
  return drafts;
}

/** Instants at which a wrong boundary, a wrong offset or a closed interval would change a quantity. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  "bharat-cloud": [
    "2026-02-28T18:29:59Z",
    "2026-02-28T18:30:00Z",
    "2026-03-31T18:29:59Z",
    "2026-03-31T18:30:00Z",
    "2026-03-31T23:59:59.999+05:30",
    "2026-04-01T00:00:00+05:30",
  ],
  "cedar-analytics": [
    "2026-02-28T23:59:59-05:00",
    "2026-03-01T04:59:59Z",
    "2026-03-01T00:00:00-05:00",
    "2026-03-08T01:59:59-05:00",
    "2026-03-08T03:00:00-04:00",
    "2026-03-08T06:59:59.999Z",
    "2026-03-08T07:00:00Z",
    "2026-03-31T23:59:59-04:00",
    "2026-04-01T03:59:59.999Z",
    "2026-04-01T04:00:00Z",
    "2026-04-01T04:59:59Z",
  ],
  "market-bites": [
    "2026-03-08T23:59:59.999-04:00",
    "2026-03-09T00:00:00-04:00",
    "2026-03-09T04:59:59Z",
    "2026-03-16T03:59:59Z",
    "2026-03-16T04:00:00Z",
  ],
  "anchor-point-marine": [
    "2026-02-28T00:00:00Z",
    "2026-03-28T00:00:00Z",
    "2026-03-30T23:59:59Z",
    "2026-03-31T00:00:00Z",
  ],
  "delta-forge": ["2026-03-14T23:59:59Z", "2026-03-15T00:00:00Z"],
  "zazolc-gesla-jazn": [
    "2026-03-17T08:29:59Z",
    "2026-03-17T08:30:00Z",
    "2026-03-31T21:59:59Z",
    "2026-03-31T22:00:00Z",
  ],
  "saltwater-surf": ["2026-04-01T09:59:59Z", "2026-04-01T10:00:00Z"],
};

/** Events that arrive after everything else and belong into the first days of March. */
function lateEvents(random: SeededRandom): Draft[] {
  const late: Draft[] = [];
  for (const slug of [
    "acme-robotics",
    "umbra-games",
    "bharat-cloud",
    "sakura-systems",
    "gulf-pearl-trading",
  ]) {
    const zone = ORGANIZATIONS.find((organization) => organization.slug === slug)?.zone ?? "UTC";
    const from = Date.parse(`2026-03-01T00:00:00${OFFSET_ON_1_MARCH[zone]}`);
    for (let index = 0; index < LATE_PER_ORGANIZATION; index += 1) {
      const timestamp = instant(from + random(5 * 86_400) * 1000);
      late.push({ event_type: "document.processed", customer: slug, timestamp });
    }
  }
  const early = (customer: string, type: SampleEventType, timestamp: string, value: string): Draft => ({
    event_type: type,
    customer,
    timestamp,
    value,
  });
  return [
    ...late,
    early("rocket-labs", "seats.counted", "2026-03-02T10:00:00Z", "99"),
    early("blue-harbor-logistics", "storage.measured", "2026-03-03T12:00:00Z", "912.345"),
    early("neural-harbor", "tokens.used", "2026-03-04T09:15:00Z", "1500000000"),
  ];
}

function edgeEvents(): Draft[] {
  return Object.entries(EDGES).flatMap(([customer, instants]) =>
    instants.map((timestamp): Draft => ({ event_type: "document.processed", customer, timestamp })),
  );
}

/**
 * All events in order of arrival: sorted by time, exact duplicates strewn in, then late ones and more duplicates at
 * the end. The same list on every call.
 */
export function buildEvents(): readonly SampleEvent[] {
  const random = seededRandom(SEED);
  const regular = [
    ...ORGANIZATIONS.flatMap((organization) => regularEvents(organization, random)),
    ...edgeEvents(),
  ]
    .map((draft, position) => ({ draft, position, at: Date.parse(draft.timestamp) }))
    .sort((a, b) => a.at - b.at || a.position - b.position)
    .map(({ draft }) => draft);
  const numbered = [...regular, ...lateEvents(random)].map(
    (draft, index): SampleEvent => ({ id: `evt-${String(index + 1).padStart(6, "0")}`, ...draft }),
  );
  const arriving: SampleEvent[] = [];
  numbered.forEach((event, index) => {
    arriving.push(event);
    const earlier = numbered[index - DUPLICATE_LAG];
    if (index % DUPLICATE_EVERY === DUPLICATE_EVERY - 1 && earlier !== undefined) arriving.push(earlier);
  });
  for (let count = 0; count < DUPLICATES_AT_THE_END; count += 1) {
    const repeated = numbered[random(regular.length)];
    if (repeated !== undefined) arriving.push(repeated);
  }
  return arriving;
}
