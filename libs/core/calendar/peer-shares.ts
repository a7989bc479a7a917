/**
 * Shares of billing periods as other engines' own tests state them, facts only; the last column is the source.
 * billed | interval | day of the month | start | end | billed up to | fraction of each period, the stub over the grid period around it
 * share | first..last day billed | first..last day of the period | fraction
 * stub | interval | start | first boundary | fraction
 * seconds | period start | period end | change | amount | decimals | amount for the rest
 */
export const peerShares = `
billed | month | 17 | 2010-06-17Z | 2010-07-25Z | 2010-07-25Z | 1 8/31 | a
billed | month | 17 | 2010-06-17Z | 2010-07-25Z | 2010-06-17Z | 1 | a
billed | month | 10 | 2011-02-10Z | 2011-02-24Z | 2011-03-06Z | 14/28 | b
billed | month | 10 | 2011-02-24Z |  | 2011-03-06Z | 14/28 | b
billed | month | 3 | 2011-02-17Z |  | 2011-03-03Z | 14/28 1 | b
billed | month | 15 | 2011-02-15Z |  | 2011-03-01Z | 1 | b
billed | month | 20 | 2011-02-20Z | 2011-03-06Z | 2011-03-09Z | 14/28 | b
billed | month | 30 | 2012-01-30Z |  | 2012-03-01Z | 1 1 | b
billed | month | 1 | 2011-02-01Z | 2011-02-14Z | 2011-03-01Z | 13/28 | b
billed | month | 27 | 2011-02-14Z |  | 2011-03-01Z | 13/31 1 | b
billed | month | 1 | 2012-02-01Z | 2012-02-15Z | 2012-02-19Z | 14/29 | b
billed | month | 7 | 2011-02-07Z | 2011-02-15Z | 2011-04-21Z | 8/28 | b
billed | month | 15 | 2011-03-07Z |  | 2011-04-21Z | 8/28 1 1 | b
billed | month | 7 | 2011-02-07Z | 2011-03-10Z | 2011-04-21Z | 1 3/31 | b
billed | month | 15 | 2011-03-10Z |  | 2011-04-21Z | 5/28 1 1 | b
billed | quarter | 13 | 2011-02-01Z | 2011-08-13Z | 2011-08-10Z | 12/92 1 1 | c
billed | quarter | 30 | 2012-01-30Z |  | 2012-03-01Z | 1 | d
billed | quarter | 15 | 2011-01-01Z | 2011-04-27Z | 2011-04-27Z | 14/92 1 12/91 | e
billed | quarter | 15 | 2011-01-01Z | 2011-08-27Z | 2011-06-26Z | 14/92 1 1 | e
billed | year | 13 | 2011-02-01Z |  | 2011-02-01Z | 12/365 | f
billed | year | 17 | 2011-01-10Z | 2012-03-04Z | 2012-03-04Z | 7/365 1 47/366 | g
stub | month | 2023-02-23Z | 2023-03-15Z | 20/28 | h
stub | month | 2024-02-23Z | 2024-03-15Z | 21/29 | h
seconds | 2025-01-01Z | 2025-02-01Z | 2025-01-31T23:59:30Z | 1 | 7 | 0.0000112 | i
seconds | 2025-01-01Z | 2025-02-01Z | 2025-01-01Z | 100 | 8 | 100 | i
seconds | 2025-01-01Z | 2025-02-01Z | 2025-02-01Z | 100 | 8 | 0 | i
share | 2022-03-15..2022-03-31 | 2022-03-01..2022-03-31 | 17/31 | j
share | 2022-03-04..2022-03-31 | 2022-03-01..2022-03-31 | 28/31 | j
share | 2022-03-16..2022-03-31 | 2022-03-01..2022-03-31 | 16/31 | j
share | 2022-02-05..2022-12-31 | 2022-01-01..2022-12-31 | 330/365 | j
share | 2022-03-01..2022-03-19 | 2022-03-01..2022-03-31 | 19/31 | j
share | 2023-07-29..2023-07-29 | 2023-06-29..2023-07-29 | 1/31 | k
`;

/** Where the rows come from: repository, commit, file. */
export const peerShareSources = {
  a: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/monthly/TestTrailingProRation.java",
  b: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/monthly/TestProRation.java",
  c: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/quarterly/TestLeadingProRation.java",
  d: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/quarterly/TestProRation.java",
  e: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/quarterly/TestDoubleProRation.java",
  f: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/annual/TestLeadingProRation.java",
  g: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/proRations/inAdvance/annual/TestDoubleProRation.java",
  h: "killbill/killbill cb60779c17 invoice/src/test/java/org/killbill/billing/invoice/generator/TestInvoiceDateUtilsWithoutFixedProration.java",
  i: "flexprice/flexprice e4b5303fde internal/domain/proration/creditgrant_proration_test.go",
  j: "getlago/lago-api 1b1c24a6a6 spec/services/fees/subscription_service_spec.rb",
  k: "getlago/lago-api 1b1c24a6a6 spec/scenarios/subscriptions/upgrade_spec.rb",
};
