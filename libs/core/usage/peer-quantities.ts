/**
 * Quantities of usage as other engines' own tests state them, facts only:
 * aggregation | from..to | filters | group by | events: id, time, value, {properties} | decimals | expected | source.
 * `#1` names a list of events below; no lower bound means all of history.
 */
export const peerQuantities = `
count | 2023-03-15Z..2023-04-15Z |  |  | #1 |  | 5 | a
sum | 2023-03-15Z..2023-04-15Z |  |  | #1 |  | 15 | a
max | 2023-03-15Z..2023-04-15Z |  |  | #1 |  | 5 | a
count | 2023-03-15Z..2023-04-15Z |  | region | #1 |  | europe=3,=2 | a
max | 2023-03-15Z..2023-04-15Z |  | region | #1 |  | europe=5,=4 | a
sum | 2023-03-15Z..2023-03-18T12:00Z |  |  | #1 |  | 6 | a
count | 2023-03-15Z..2023-03-18T12:00Z |  |  | #1 |  | 3 | a
sum | ..2023-04-15Z |  |  | old 2023-03-14Z 100; e1 2023-03-16Z 1 {region=europe,country=france,city=paris}; e2 2023-03-17Z 2; e3 2023-03-18Z 3 {region=europe,country=france}; e4 2023-03-19Z 4; e5 2023-03-20Z 5 {region=europe,country=united kingdom,city=london} |  | 115 | a
count | 2023-03-15Z..2023-04-15Z | region in europe |  | #1 |  | 3 | a
weighted_sum | 2023-08-01Z..2023-09-01Z |  |  | e1 2023-08-01Z 2; e2 2023-08-01T01:00Z 3; e3 2023-08-01T01:30Z 1; e4 2023-08-01T02:00Z -4; e5 2023-08-01T04:00Z -2; e6 2023-08-01T05:00Z 10; e7 2023-08-01T05:30Z -10 | 5 | 0.02218 | b
weighted_sum | 2023-08-01Z..2023-09-01Z |  |  | e1 2023-08-01Z 1000 | 5 | 1000 | b
weighted_sum | 2023-03-01Z..2023-04-01Z |  |  | e1 2023-03-05Z 3; e2 2023-03-05Z 3 | 5 | 5.22581 | a
sum | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-02Z 12; e2 2023-05-03Z 12; e3 2023-05-04Z 12; e4 2023-05-05Z 12; e5 2023-05-10Z 4.5 |  | 52.5 | c
sum | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-02Z - |  | 0 | c
sum | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-06-02Z 12; e2 2023-06-03Z 12 |  | 0 | c
sum | 2023-05-01Z..2023-06-01Z | region in europe |  | e1 2023-05-02Z 12; e2 2023-05-03Z 12; e3 2023-05-04Z 12; e4 2023-05-05Z 12; e5 2023-05-10Z 12 {region=europe}; e6 2023-05-11Z 8 {region=europe}; e7 2023-05-12Z 12 {region=africa} |  | 20 | c
max | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-02Z 12; e2 2023-05-03Z 12; e3 2023-05-04Z 12; e4 2023-05-05Z 12; e5 2023-05-10Z 14.2 |  | 14.2 | d
max | 2023-05-01Z..2023-06-01Z |  |  |  |  | 0 | d
latest | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-02Z 18; e2 2023-05-20Z 14 |  | 14 | e
latest | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-20Z -5 |  | 0 | e
count | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-02Z 12; e2 2023-05-03Z 12; e3 2023-05-04Z 12; e4 2023-05-05Z 12 |  | 4 | f
count | 2023-05-01Z..2023-06-01Z | cloud in AWS and region in europe |  | e1 2023-05-02Z - {cloud=AWS,region=europe}; e2 2023-05-03Z - {cloud=AWS,region=europe}; e3 2023-05-04Z - {cloud=AWS,region=usa}; e4 2023-05-05Z - {cloud=GCP,region=europe} |  | 2 | f
unique_count | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-04-10Z A {operation=add}; e2 2023-05-10Z B {operation=add} |  | 1 | g
unique_count recurring | 2023-05-01Z..2023-06-01Z |  |  | e1 2023-05-10Z A {operation=add}; e2 2023-05-20Z A {operation=remove} |  | 0 | g
sum | 2024-01-01Z..2024-01-01T01:00Z |  |  | e1 2024-01-01T00:10Z 2; e2 2024-01-01T00:20Z 3 |  | 5 | h
sum | 2025-01-01Z..2025-01-15Z |  |  | e1 2025-01-10Z 100; e2 2025-01-20Z 200 |  | 100 | i
sum | 2025-01-15Z..2025-02-01Z |  |  | e1 2025-01-10Z 150; e2 2025-01-20Z 200 |  | 200 | i
sum | 2025-01-15Z..2025-02-01Z |  |  | e1 2025-01-10Z 25; e2 2025-01-20Z 75 |  | 75 | i
sum | 2025-01-01Z..2025-02-01Z |  |  |  |  | 0 | i
sum | 2025-01-01Z..2025-02-01Z | model in gpt-4 |  | e1 2025-01-10Z 150 {model=gpt-4}; e2 2025-01-11Z 50 {model=gpt-3.5} |  | 150 | i
sum | 2025-01-01Z..2025-02-01Z | region in us,eu |  | e1 2025-01-10Z 10 {region=us}; e2 2025-01-11Z 20 {region=eu}; e3 2025-01-12Z 40 {region=ap} |  | 30 | i
sum | 2025-01-01Z..2025-02-01Z | model in gpt-4 |  | e1 2025-01-10Z 42 {model=gpt-4}; e2 2025-01-11Z 58 |  | 42 | i
sum | 2025-01-01Z..2025-02-01Z |  | run_id | e1 2025-01-10Z 30 {run_id=A}; e2 2025-01-11Z 55 {run_id=B} |  | A=30,B=55 | i
max | 2025-01-01Z..2025-02-01Z |  |  | e1 2025-01-10Z 50; e2 2025-01-11Z 30 |  | 50 | i
max | 2025-01-01Z..2025-01-15Z |  |  | e1 2025-01-10Z 50; e2 2025-01-20Z 80 |  | 50 | i
unique_count | 2025-01-01Z..2025-02-01Z |  |  | e1 2025-01-10Z u1; e2 2025-01-11Z u2; e3 2025-01-12Z u1 |  | 2 | i
count | 2025-01-01Z..2025-01-15Z |  |  | e1 2025-01-01Z 1; e2 2025-01-02Z 1; e3 2025-01-03Z 1; e4 2025-01-04Z 1; e5 2025-01-20Z 1 |  | 4 | i
count | 2023-03-15Z..2023-04-15Z | region in europe and country in france |  | #2 |  | 4 | a
max | 2023-03-15Z..2023-04-15Z | region in europe and country in france |  | #2 |  | 3 | a
`;

/** Lists of events that several rows share. */
export const peerEvents: Readonly<Record<string, string>> = {
  "#1": "e1 2023-03-16Z 1 {region=europe,country=france,city=paris}; e2 2023-03-17Z 2; e3 2023-03-18Z 3 {region=europe,country=france}; e4 2023-03-19Z 4; e5 2023-03-20Z 5 {region=europe,country=united kingdom,city=london}",
  "#2": "e1 2023-03-16Z 1 {region=europe,country=france,city=paris}; e2 2023-03-17Z 2; e3 2023-03-18Z 3 {region=europe,country=france}; e4 2023-03-19Z 4; e5 2023-03-20Z 5 {region=europe,country=united kingdom,city=london}; f1 2023-03-21Z -3 {region=europe,country=france,city=caen}; f2 2023-03-21T01:00Z -2 {region=europe,country=france,city=cambridge}; f3 2023-03-21T02:00Z -5 {region=europe,country=united kingdom,city=cambridge}; f4 2023-03-21T03:00Z -1 {region=europe,country=united kingdom,city=manchester}",
};

/** Where the rows come from: repository, commit, file. */
export const peerQuantitySources = {
  a: "getlago/lago-api 1b1c24a6a6 spec/services/events/stores/shared_examples/an_event_store.rb",
  b: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/weighted_sum_service_spec.rb",
  c: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/sum_service_spec.rb",
  d: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/max_service_spec.rb",
  e: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/latest_service_spec.rb",
  f: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/count_service_spec.rb",
  g: "getlago/lago-api 1b1c24a6a6 spec/services/billable_metrics/aggregations/unique_count_service_spec.rb",
  h: "openmeterio/openmeter 7e57a394a0 openmeter/streaming/testutils/streaming_test.go",
  i: "flexprice/flexprice e4b5303fde internal/ee/service/meter_usage_test.go",
};
