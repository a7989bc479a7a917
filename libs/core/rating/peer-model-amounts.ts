/**
 * What other engines' own tests and documentation charge, facts only, as in `peer-amounts.ts`:
 * rule | charge model | terms | options | quantity | amount in major units.
 * Terms of graduated percentages are `up_to=percent+flat_amount`. Bounds are in transformed units.
 */
export const peerOptionAmounts = `
each tier takes its percent | graduated_percentage | 10=1+200 20=2+300 *=3+400 |  | 11 | 500.12
each tier takes its percent | graduated_percentage | 2=10+10 *=20+20 |  | 5 | 30.8
zero usage | graduated_percentage | 0.01=0 10=1+200 *=2+300 |  | 0 | 0
units are converted and rounded up | graduated | 5=1 *=0.5 | transform=1000 up | 7400 | 6.5
units are converted and rounded up | graduated | *=1 | zero=nothing, transform=10 up | 15 | 2
units are converted and rounded up | graduated | *=1 | zero=nothing, transform=10 up | 20 | 2
units are converted and rounded up | graduated | *=1 | zero=nothing, transform=10 up | 1 | 1
tiers count converted units | volume | 100=1 *=0.5 | zero=nothing, transform=1000 up | 1500 | 2
tiers count converted units | volume | 100=1 *=0.5 | zero=nothing, transform=1000 up | 50000 | 50
tiers count converted units | volume | 100=1 *=0.5 | zero=nothing, transform=1000 up | 150000 | 75
negative usage is floored | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing, negative=zero | -100 | 0
a free tier | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 30 | 0
a free tier | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 50 | 0
above a free tier the tier reached prices all | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 51 | 5.1
above a free tier the tier reached prices all | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 120 | 12
above a free tier the tier reached prices all | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 200 | 10
above a free tier the tier reached prices all | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing, included=50, mode=free_tier | 600 | 12
`;

/** Each bucket is rated alone: charge model | terms | options | quantities of the buckets | amount. */
export const peerBucketAmounts = `
per_unit | 0.10 |  |  | 0
package | 1 per 10 up |  | 9 10 | 2
package | 5 per 100 up |  | 50 150 200 99 | 30
graduated | 10=0.10 20=0.05 *=0.02 | zero=nothing | 9 15 | 2.15
volume | 10=0.10 20=0.05 *=0.02 | zero=nothing | 9 15 | 1.65
volume | 10=0.10 20=0.05 *=0.02 | zero=nothing | 5 15 | 1.25
`;

/** Percentages of single events: percent, fixed amount, allowances (events/amount), bounds of an event | events | amount. */
export const peerEventAmounts = `
1.3 +2.0 free=3/250 each=-..- | 50 100 250 400 | 11.15
1.3 +2.0 free=-/250 each=-..- | 50 100 250 400 | 11.15
1.3 +2.0 free=3/- each=-..- | 50 100 250 400 | 7.2
1.3 +2.0 free=-/- each=-..- | 50 100 250 400 | 18.4
1.3 +2.0 free=3/500 each=-..- | 50 100 250 400 | 7.2
0 +2.0 free=-/- each=-..- | 50 100 250 400 | 8
1.3 +2.0 free=3/250 each=-..- |  | 0
2.99 +0 free=-/- each=1.75..12 | 10 80 10000 | 16.142
2.99 +0 free=-/30 each=1.75..12 | 10 80 10000 | 13.794
2.99 +0 free=3/10000 each=1.75..12 | 10 80 10000 | 2.691
`;

/**
 * What a later line adds: charge model | terms | options | prior quantity | quantity since | billed before, `-` = what the
 * prior quantity costs | decimals that lines are rounded to, `-` = none | amount.
 */
export const peerDeltaAmounts = `
graduated | 5=0+100 10=0+50 15=5 *=1 |  | 7 | 1 | - | - | 0
package | 15 per 10 up | maximum=100 | 60 | 50 | 90 | - | 10
per_unit | 1.33333 | maximum=100 | 70 | 50 | 93.33 | 2 | 6.67
per_unit | 1 | included=10 | 20 | 15 | - | - | 15
per_unit | 1 | included=500 | 550 | 100 | - | - | 100
package | 1 per 100 up |  | - | 199 | 1 | - | 1
per_unit | 0.067 |  | - | 55 | 3.69 | 2 | 0
`;
