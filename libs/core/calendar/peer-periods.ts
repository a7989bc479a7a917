/**
 * Billing periods as other engines' own tests state them, facts only: what | interval | zone | anchor | start | at | expected | source.
 * `Z` ends an instant, anything else is wall clock in the zone; midnight and zero seconds are left out.
 */
export const peerPeriods = `
containing_period | month x 1 | UTC | at 2025-01-18T12:00Z | 2025-01-18T12:00Z | 2025-02-15T12:00Z | ..2025-02-18T12:00Z | a
containing_period | month x 3 | UTC | at 2025-01-02T12:00Z | 2025-01-02T12:00Z | 2025-02-15T12:00Z | ..2025-04-02T12:00Z | a
containing_period | month x 3 | UTC | at 2025-01-18T12:00Z | 2025-01-18T12:00Z | 2025-02-15T12:00Z | ..2025-04-18T12:00Z | a
containing_period | month x 1 | UTC | at 2025-02-28T12:00Z | 2025-02-28T12:00Z | 2025-03-15T12:00Z | ..2025-03-28T12:00Z | a
containing_period | month x 2 | UTC | at 2025-03-31T12:00Z | 2025-03-31T12:00Z | 2025-04-15T12:00Z | ..2025-05-31T12:00Z | a
containing_period | month x 1 | UTC | at 2025-03-31T12:00Z | 2025-03-31T12:00Z | 2025-04-30T11:59Z | ..2025-04-30T12:00Z | a
containing_period | month x 1 | UTC | at 2025-04-28T12:00Z | 2025-04-28T12:00Z | 2025-01-15T12:00Z | ..2025-01-28T12:00Z | a
containing_period | month x 1 | UTC | at 2025-05-31T12:00Z | 2025-05-31T12:00Z | 2025-03-15T12:00Z | ..2025-03-31T12:00Z | a
containing_period | month x 1 | UTC | at 2025-04-28T12:00Z | 2025-04-28T12:00Z | 2025-01-28T11:59Z | ..2025-01-28T12:00Z | a
containing_period | month x 1 | UTC | at 2025-04-28T12:00Z | 2025-04-28T12:00Z | 2025-01-28T12:01Z | ..2025-02-28T12:00Z | a
containing_period | month x 2 | UTC | at 2025-07-31T12:00Z | 2025-07-31T12:00Z | 2025-02-15T12:00Z | ..2025-03-31T12:00Z | a
containing_period | year x 1 | UTC | at 2024-01-15T12:00Z | 2024-01-15T12:00Z | 2024-06-20T12:00Z | ..2025-01-15T12:00Z | b
containing_period | year x 1 | UTC | at 2024-02-29T12:00Z | 2024-02-29T12:00Z | 2024-06-20T12:00Z | ..2025-02-28T12:00Z | b
containing_period | year x 1 | UTC | at 2024-01-31T12:00Z | 2024-01-31T12:00Z | 2024-06-20T12:00Z | ..2025-01-31T12:00Z | b
containing_period | year x 1 | UTC | at 2025-12-15T12:00Z | 2025-12-15T12:00Z | 2025-06-20T12:00Z | ..2025-12-15T12:00Z | b
containing_period | year x 2 | UTC | at 2026-12-15T12:00Z | 2026-12-15T12:00Z | 2025-06-20T12:00Z | ..2026-12-15T12:00Z | b
containing_period | year x 1 | UTC | at 2025-07-01T12:00Z | 2025-07-01T12:00Z | 2025-06-30T12:00Z | ..2025-07-01T12:00Z | b
containing_period | month x 1 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T09:00Z | ..2026-04-30T10:00Z | c
containing_period | month x 1 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T10:00Z | ..2026-05-31T10:00Z | c
containing_period | month x 1 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T11:00Z | ..2026-05-31T10:00Z | c
containing_period | month x 1 | UTC | at 2026-03-31T12:00Z | 2026-03-31T12:00Z | 2026-06-30T12:01Z | ..2026-07-31T12:00Z | c
containing_period | year x 1 | UTC | at 2024-02-29T12:00Z | 2024-02-29T12:00Z | 2025-02-28T22:00Z | ..2026-02-28T12:00Z | c
containing_period | quarter x 1 | UTC | at 2025-01-15T12:00Z | 2025-01-15T12:00Z | 2025-02-20T12:00Z | ..2025-04-15T12:00Z | d
containing_period | quarter x 2 | UTC | at 2025-01-15T12:00Z | 2025-01-15T12:00Z | 2025-05-20T12:00Z | ..2025-07-15T12:00Z | d
containing_period | quarter x 1 | UTC | at 2025-01-31T12:00Z | 2025-01-31T12:00Z | 2025-03-15T12:00Z | ..2025-04-30T12:00Z | d
containing_period | quarter x 2 | UTC | at 2025-07-15T12:00Z | 2025-07-15T12:00Z | 2025-02-20T12:00Z | ..2025-07-15T12:00Z | d
containing_period | week x 1 | UTC | at 2025-01-08T12:00Z | 2025-01-08T12:00Z | 2025-01-12T12:00Z | ..2025-01-15T12:00Z | e
containing_period | week x 2 | UTC | at 2025-01-08T12:00Z | 2025-01-08T12:00Z | 2025-01-17T12:00Z | ..2025-01-22T12:00Z | e
containing_period | week x 1 | UTC | at 2024-12-08T12:00Z | 2024-12-08T12:00Z | 2025-01-10T12:00Z | ..2025-01-12T12:00Z | e
containing_period | week x 1 | UTC | at 2025-01-22T12:00Z | 2025-01-22T12:00Z | 2025-01-12T12:00Z | ..2025-01-15T12:00Z | e
containing_period | week x 2 | UTC | at 2025-01-20T12:00Z | 2025-01-20T12:00Z | 2025-01-12T12:00Z | ..2025-01-20T12:00Z | e
containing_period | week x 1 | UTC | at 2025-01-22T12:00Z | 2025-01-22T12:00Z | 2025-01-21T12:00Z | ..2025-01-22T12:00Z | e
containing_period | month x 1 | UTC | at 2025-01-02T12:00Z | 2025-01-02T12:00Z | 2025-02-15T12:00Z | 2025-02-02T12:00Z.. | f
containing_period | month x 1 | UTC | at 2025-01-18T12:00Z | 2025-01-18T12:00Z | 2025-02-15T12:00Z | 2025-01-18T12:00Z.. | f
containing_period | month x 1 | UTC | at 2025-03-31T12:00Z | 2025-03-31T12:00Z | 2025-04-15T12:00Z | 2025-03-31T12:00Z.. | f
containing_period | month x 3 | UTC | at 2025-04-28T12:00Z | 2025-04-28T12:00Z | 2025-01-15T12:00Z | 2024-10-28T12:00Z.. | f
containing_period | month x 1 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T10:00Z | 2026-04-30T10:00Z.. | g
containing_period | month x 1 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T11:00Z | 2026-04-30T10:00Z.. | g
containing_period | month x 3 | UTC | at 2026-01-31T10:00Z | 2026-01-31T10:00Z | 2026-04-30T11:00Z | 2026-04-30T10:00Z.. | g
containing_period | year x 1 | UTC | at 2024-02-29T12:00Z | 2024-02-29T12:00Z | 2025-02-28T22:00Z | 2025-02-28T12:00Z.. | g
add_interval | month x 1 | UTC | at 2024-03-31Z | 2024-03-31Z |  | 2024-04-30Z | h
add_interval | month x 2 | UTC | at 2024-03-31Z | 2024-03-31Z |  | 2024-05-31Z | h
add_interval | quarter x 1 | UTC | at 2024-03-31Z | 2024-03-31Z |  | 2024-06-30Z | h
add_interval | month x 1 | UTC | at 2024-01-31T23:59:59Z | 2024-01-31T23:59:59Z |  | 2024-02-29T23:59:59Z | h
containing_period | month x 1 | UTC | day 1 | 2024-01-01Z | 2024-02-01Z | 2024-02-01Z..2024-03-01Z | i
containing_period | month x 1 | UTC | day 1 | 2024-01-01Z | 2024-06-15Z | 2024-06-01Z..2024-07-01Z | i
containing_period | month x 1 | UTC | day 10 | 2024-01-01Z | 2024-03-15Z | 2024-03-10Z..2024-04-10Z | i
containing_period | year x 1 | UTC | day 1 | 2021-01-01Z | 2024-06-15Z | 2024-01-01Z..2025-01-01Z | i
containing_period | month x 1 | UTC | day 15 | 2024-01-01Z | 2024-01-14Z | 2024-01-01Z..2024-01-15Z | i
containing_period | month x 1 | UTC | day 31 | 2024-01-31Z | 2024-02-29Z | 2024-02-29Z..2024-03-31Z | i
containing_period | month x 1 | UTC | day 31 | 2024-01-31Z | 2024-03-31Z | 2024-03-31Z..2024-04-30Z | i
containing_period | month x 1 | UTC | day 1 | 2021-01-10Z | 2021-01-10Z | 2021-01-10Z..2021-02-01Z | i
containing_period | quarter x 1 | UTC | day 1 | 2025-10-08Z | 2025-10-08Z | 2025-10-08Z..2026-01-01Z | i
containing_period | year x 1 | UTC | day 1 | 2025-04-15Z | 2025-04-15Z | 2025-04-15Z..2026-04-01Z | i
elapsed_periods | month x 1 | UTC | day 1 | 2024-01-01Z | 2024-06-15Z | 5 | i
elapsed_periods | month x 1 | UTC | day 1 | 2024-01-01Z | 2024-07-01Z | 6 | i
elapsed_periods | month x 1 | UTC | day 1 | 2021-01-01Z | 2024-01-01Z | 36 | i
elapsed_periods | month x 1 | UTC | day 10 | 2024-01-01Z | 2024-01-05Z | 0 | i
elapsed_periods | month x 1 | UTC | day 10 | 2024-01-01Z | 2024-01-10Z | 1 | i
elapsed_periods | month x 1 | UTC | day 10 | 2024-01-01Z | 2024-02-10Z | 2 | i
elapsed_periods | month x 1 | UTC | day 10 | 2024-01-01Z | 2024-03-15Z | 3 | i
elapsed_periods | year x 1 | UTC | day 1 | 2021-01-10Z | 2022-01-01Z | 1 | i
elapsed_periods | month x 1 | UTC | day 31 | 2024-01-31Z | 2024-02-29Z | 1 | i
next_boundary | month x 1 | Asia/Kolkata | at 2024-01-31 | 2024-01-31 |  | 2024-02-29 | j
next_boundary | month x 1 | Asia/Kolkata | at 2024-01-15 | 2024-01-15 |  | 2024-02-15 | j
next_boundary | month x 1 | Asia/Kolkata | at 2025-02-28 | 2025-02-28 |  | 2025-03-28 | j
next_boundary | month x 1 | America/Los_Angeles | at 2024-01-31T15:45:30 | 2024-01-31T15:45:30 |  | 2024-02-29T15:45:30 | j
next_boundary | month x 2 | Asia/Tokyo | at 2024-01-31T23:59:59 | 2024-01-31T23:59:59 |  | 2024-03-31T23:59:59 | j
next_boundary | month x 1 | UTC | calendar | 2024-01-15 |  | 2024-02-01 | j
next_boundary | month x 2 | UTC | calendar | 2023-01-15 |  | 2023-03-01 | j
next_boundary | month x 1 | UTC | calendar | 2024-12-30 |  | 2025-01-01 | j
next_boundary | month x 2 | UTC | calendar | 2024-12-30 |  | 2025-02-01 | j
next_boundary | year x 1 | UTC | at 2024-02-29 | 2024-02-29 |  | 2025-02-28 | j
next_boundary | year x 4 | UTC | at 2024-02-29 | 2024-02-29 |  | 2028-02-29 | j
next_boundary | year x 3 | UTC | at 2024-02-29 | 2024-02-29 |  | 2027-02-28 | j
next_boundary | year x 1 | UTC | calendar | 2023-12-31T23:59:59 |  | 2024-01-01 | j
next_boundary | year x 2 | UTC | calendar | 2023-12-31 |  | 2025-01-01 | j
next_boundary | week x 1 | UTC | calendar | 2024-03-10 |  | 2024-03-11 | j
next_boundary | week x 1 | UTC | calendar | 2024-03-27 |  | 2024-04-01 | j
next_boundary | week x 1 | UTC | calendar | 2023-12-31 |  | 2024-01-01 | j
next_boundary | day x 10 | UTC | at 2024-03-10 | 2024-03-10 |  | 2024-03-20 | j
next_boundary | day x 5 | UTC | at 2024-03-31 | 2024-03-31 |  | 2024-04-05 | j
next_boundary | day x 3 | UTC | at 2023-02-27 | 2023-02-27 |  | 2023-03-02 | j
next_boundary | quarter x 1 | UTC | calendar | 2026-03-22 |  | 2026-04-01 | j
next_boundary | quarter x 1 | UTC | calendar | 2026-04-01 |  | 2026-07-01 | j
next_boundary | quarter x 1 | UTC | calendar | 2026-07-01 |  | 2026-10-01 | j
next_boundary | quarter x 1 | UTC | at 2026-03-22 | 2026-03-22 |  | 2026-06-22 | j
next_boundary | half_year x 1 | UTC | calendar | 2026-03-15 |  | 2026-07-01 | j
next_boundary | half_year x 1 | UTC | calendar | 2026-10-05 |  | 2027-01-01 | j
next_boundary | week x 1 | UTC | at 2024-02-28T14:00:00 | 2024-03-04 |  | 2024-03-06T14:00:00 | k
next_boundary | month x 1 | UTC | at 2024-03-15T12:00:00 | 2024-04-01 |  | 2024-04-15T12:00:00 | k
next_boundary | day x 0 | UTC | at 2024-03-10 | 2024-03-10 |  | error | j
next_boundary | month x 1 | Asia/Kolkata | at 2024-02-29T18:30Z | 2024-02-29T18:30Z |  | 2024-03-31T18:30Z | l
next_boundary | month x 1 | Asia/Kolkata | calendar | 2024-02-15T18:30Z |  | 2024-02-29T18:30Z | l
next_boundary | month x 1 | America/New_York | at 2024-02-01T05:00Z | 2024-02-01T05:00Z |  | 2024-03-01T05:00Z | l
next_boundary | day x 1 | Asia/Kolkata | at 2024-01-14T18:30Z | 2024-01-14T18:30Z |  | 2024-01-15T18:30Z | l
add_interval | day x 5 | America/New_York | at 2026-03-05T05:00Z | 2026-03-05T05:00Z |  | 2026-03-10T04:00Z | j
add_interval | day x 3 | America/New_York | at 2026-10-30T04:00Z | 2026-10-30T04:00Z |  | 2026-11-02T05:00Z | j
containing_period | month x 1 | UTC | at 2024-01-31Z | 2024-01-31Z | 2024-02-20Z | 2024-01-31Z..2024-02-29Z | j
previous_period | month x 1 | UTC | calendar |  | 2022-03-01Z | 2022-02-01Z..2022-03-01Z | m
previous_period | month x 1 | America/New_York | calendar |  | 2022-03-01Z | 2022-01-01T05:00Z..2022-02-01T05:00Z | m
containing_period | month x 1 | UTC | calendar |  | 2022-03-01Z | ..2022-04-01Z | m
previous_period | month x 1 | UTC | at 2021-02-02Z | 2021-02-02Z | 2022-03-02Z | 2022-02-02Z..2022-03-02Z | m
previous_period | month x 1 | UTC | at 2022-01-31Z | 2022-01-31Z | 2022-02-28Z | ..2022-02-28Z | m
containing_period | month x 1 | UTC | at 2021-03-31Z | 2021-03-31Z | 2022-04-30Z | 2022-04-30Z.. | m
previous_period | month x 1 | UTC | at 2021-03-31Z | 2021-03-31Z | 2022-04-30Z | 2022-03-31Z.. | m
previous_period | month x 1 | UTC | at 2019-04-30Z | 2019-04-30Z | 2020-03-30Z | 2020-02-29Z.. | m
containing_period | month x 1 | UTC | calendar |  | 2022-03-07Z | ..2022-04-01Z | m
containing_period | month x 1 | UTC | at 2021-02-02Z | 2021-02-02Z | 2021-12-07Z | ..2022-01-02Z | m
containing_period | quarter x 1 | UTC | calendar |  | 2022-07-01Z | ..2022-10-01Z | n
previous_period | quarter x 1 | UTC | at 2021-02-02Z | 2021-02-02Z | 2022-05-02Z | 2022-02-02Z..2022-05-02Z | n
previous_period | quarter x 1 | UTC | at 2021-02-28Z | 2021-02-28Z | 2022-05-31Z | 2022-02-28Z.. | n
containing_period | quarter x 1 | UTC | at 2022-01-31Z | 2022-01-31Z | 2022-04-30Z | 2022-04-30Z.. | n
previous_period | quarter x 1 | UTC | at 2021-11-30Z | 2021-11-30Z | 2022-03-01Z | ..2022-02-28Z | n
containing_period | half_year x 1 | UTC | calendar |  | 2022-07-01Z | ..2023-01-01Z | o
previous_period | half_year x 1 | UTC | at 2021-11-30Z | 2021-11-30Z | 2022-06-01Z | ..2022-05-30Z | o
previous_period | week x 1 | America/New_York | calendar |  | 2022-03-07Z | ..2022-02-28T05:00Z | p
containing_period | week x 1 | UTC | calendar |  | 2022-03-07Z | ..2022-03-14Z | p
previous_period | year x 1 | UTC | calendar |  | 2022-01-01Z | 2021-01-01Z..2022-01-01Z | q
previous_period | year x 1 | America/New_York | calendar |  | 2022-01-01Z | 2020-01-01T05:00Z..2021-01-01T05:00Z | q
previous_period | year x 1 | UTC | at 2020-02-29Z | 2020-02-29Z | 2025-02-28Z | 2024-02-29Z..2025-02-28Z | q
previous_period | year x 1 | UTC | at 2020-02-29Z | 2020-02-29Z | 2022-03-01Z | ..2022-02-28Z | q
containing_period | month x 1 | UTC | at 2023-06-29Z | 2023-06-29Z | 2023-07-10Z | 2023-06-29Z..2023-07-29Z | r
first_boundary | month x 1 | UTC | day 30 | 2012-02-16Z |  | 2012-02-29Z | s
first_boundary | year x 1 | UTC | day 30 | 2012-01-31Z |  | 2013-01-30Z | s
first_boundary | month x 1 | UTC | day 14 | 2012-02-16Z |  | 2012-03-14Z | s
first_boundary | month x 1 | UTC | day 15 | 2012-07-16Z |  | 2012-08-15Z | s
first_boundary | month x 1 | UTC | day 3 | 2012-03-02Z |  | 2012-03-03Z | s
first_boundary | month x 1 | UTC | day 3 | 2012-03-03Z |  | 2012-03-03Z | s
containing_period | month x 1 | UTC | day 31 | 2012-04-30Z | 2012-04-30Z | 2012-04-30Z..2012-05-31Z | s
containing_period | month x 1 | UTC | day 16 | 2012-07-16Z | 2012-08-16Z | ..2012-09-16Z | s
add_interval | day x 30 | UTC | at 2016-04-08Z | 2016-04-08Z |  | 2016-05-08Z | t
add_interval | day x 60 | UTC | at 2016-04-08Z | 2016-04-08Z |  | 2016-06-07Z | t
add_interval | day x 210 | UTC | at 2016-04-08Z | 2016-04-08Z |  | 2016-11-04Z | t
add_interval | week x 7 | UTC | at 2016-04-08Z | 2016-04-08Z |  | 2016-05-27Z | t
add_interval | month x 7 | UTC | at 2016-04-08Z | 2016-04-08Z |  | 2016-11-08Z | t
elapsed_periods | month x 1 | UTC | at 2012-07-16Z | 2012-07-16Z | 2012-09-15Z | 1 | t
elapsed_periods | month x 1 | UTC | at 2012-07-16Z | 2012-07-16Z | 2012-09-16Z | 2 | t
elapsed_periods | week x 1 | UTC | at 2012-07-16Z | 2012-07-16Z | 2012-07-30Z | 2 | t
`;

/** Where the rows come from: repository, commit, file. */
export const peerPeriodSources = {
  a: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-end/get-cycle-end-monthly.test.ts",
  b: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-end/get-cycle-end-annual.test.ts",
  c: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-end/get-cycle-end-eom-clamp.test.ts",
  d: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-end/get-cycle-end-quarterly.test.ts",
  e: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-end/get-cycle-end-weekly.test.ts",
  f: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-start/get-cycle-start-monthly.test.ts",
  g: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/get-cycle-start/get-cycle-start-eom-clamp.test.ts",
  h: "useautumn/autumn 187c0a7fd8 server/tests/unit/billing/interval/add-interval1.test.ts",
  i: "meteroid-oss/meteroid 6a27ef61aa modules/meteroid/crates/meteroid-store/src/utils/periods.rs",
  j: "flexprice/flexprice e4b5303fde internal/types/date_test.go",
  k: "flexprice/flexprice e4b5303fde internal/types/billing_anchor_scenarios_test.go",
  l: "flexprice/flexprice e4b5303fde internal/ee/service/subscription_timezone_test.go",
  m: "getlago/lago-api 1b1c24a6a6 spec/services/subscriptions/dates/monthly_service_spec.rb",
  n: "getlago/lago-api 1b1c24a6a6 spec/services/subscriptions/dates/quarterly_service_spec.rb",
  o: "getlago/lago-api 1b1c24a6a6 spec/services/subscriptions/dates/semiannual_service_spec.rb",
  p: "getlago/lago-api 1b1c24a6a6 spec/services/subscriptions/dates/weekly_service_spec.rb",
  q: "getlago/lago-api 1b1c24a6a6 spec/services/subscriptions/dates/yearly_service_spec.rb",
  r: "getlago/lago-api 1b1c24a6a6 spec/scenarios/subscriptions/upgrade_spec.rb",
  s: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/generator/TestInAdvanceBillingIntervalDetail.java",
  t: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/generator/TestInvoiceDateUtils.java",
};
