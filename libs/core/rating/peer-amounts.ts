/**
 * What other engines' own tests and documentation charge, facts only:
 * rule | charge model | terms | options | quantity | amount in major units.
 * Terms of tiers are `up_to=unit_amount+flat_amount`, `*` being the last; `=amount/size` is per started package.
 */
export const peerAmounts = `
zero usage | graduated | 10=10+2 20=5+3 *=5+3 |  | 0 | 2
each tier prices its own units | graduated | 10=10+2 20=5+3 *=5+3 |  | 12 | 115
each tier prices its own units | graduated | 0.1=10 1=5 *=2 |  | 0.05 | 0.5
started packages count | package | 100 per 10 up |  | 121 | 1300
included units go first | package | 100 per 10 up | included=10 | 121 | 1200
the tier reached prices every unit | volume | 100=2+10 200=1 *=0.5+50 |  | 1 | 12
a bound belongs to the tier below it | volume | 100=2+10 200=1 *=0.5+50 |  | 100 | 210
the tier reached prices every unit | volume | 100=2+10 200=1 *=0.5+50 |  | 101 | 101
the tier reached prices every unit | volume | 100=2+10 200=1 *=0.5+50 |  | 300 | 200
zero usage | volume | 1=0 100=2+10 *=0.5+50 |  | 0 | 0
every unit costs the same | per_unit | 5.12345 |  | 10 | 51.2345
every unit costs the same | per_unit | 10 |  | 5 | 50
each tier prices its own units | graduated | 2=2 *=3 |  | 5 | 13
the tier reached prices every unit | volume | 2=2 *=3 |  | 5 | 15
each tier prices its own units | graduated | 5=0+100 10=0+50 15=5 *=1 |  | 22 | 182
zero usage | graduated | 5=0+100 10=0+50 15=10 *=5 |  | 0 | 100
each tier prices its own units | graduated | 5=0+100 10=0+50 15=10 *=5 |  | 7 | 150
each tier prices its own units | graduated | 5=0+100 10=0+50 15=10 *=5 |  | 22 | 235
zero usage | volume | 5=0+100 10=0+150 15=10 *=5 |  | 0 | 100
the tier reached prices every unit | volume | 5=0+100 10=0+150 15=10 *=5 |  | 3 | 100
zero usage | volume | *=5 |  | 0 | 0
the minimum lifts the amount | volume | *=5 | minimum=150 | 0 | 150
the minimum lifts the amount | volume | *=5 | minimum=100 | 100 | 500
the minimum lifts the amount | volume | 5=0+100 10=0+150 15=10 *=5 | minimum=150 | 5 | 150
the minimum lifts the amount | volume | 5=0+100 10=0+150 15=10 *=5 | minimum=100 | 5 | 100
the maximum caps the amount | volume | 5=0+100 10=0+150 15=10 *=5 | maximum=100 | 5 | 100
zero usage | per_unit | 10 |  | 0 | 0
the minimum lifts the amount | per_unit | 10 | minimum=100 | 0 | 100
zero usage | per_unit | 100 |  | 0 | 0
started packages count | package | 50 per 10 up |  | 25 | 150
zero usage | package | 1 per 100 up |  | 0 | 0
started packages count | package | 1 per 100 up |  | 2 | 1
started packages count | package | 1 per 100 up |  | 99 | 1
started packages count | package | 1 per 100 up |  | 100 | 1
started packages count | package | 1 per 100 up |  | 150 | 2
only full packages count | package | 1 per 100 down |  | 50 | 0
only full packages count | package | 1 per 100 down |  | 250 | 2
the tier reached prices every unit | volume | 10=50 20=40 *=30 | zero=nothing | 5 | 250
the tier reached prices every unit | volume | 10=50 20=40 *=30 | zero=nothing | 15 | 600
each tier prices its own units | graduated | 10=50 20=40 *=30 | zero=nothing | 5 | 250
each tier prices its own units | graduated | 10=50 20=40 *=30 | zero=nothing | 15 | 700
each tier prices its own units | graduated | 10=50 20=40 *=30 | zero=nothing | 25 | 1050
each tier prices its own units | graduated | 5=0 10=2 *=3 | zero=nothing | 3 | 0
a bound belongs to the tier below it | graduated | 5=0 10=2 *=3 | zero=nothing | 5 | 0
each tier prices its own units | graduated | 5=0 10=2 *=3 | zero=nothing | 15 | 25
each tier prices its own units | graduated | 5=0+1 10=1+2 *=2 | zero=nothing | 3 | 1
each tier prices its own units | graduated | 5=0+1 10=1+2 *=2 | zero=nothing | 7 | 5
zero usage | graduated | 1=10 2=20 *=30 | zero=nothing | 0 | 0
a bound belongs to the tier below it | graduated | 1=10 2=20 *=30 | zero=nothing | 1 | 10
each tier prices its own units | graduated | 1=10 2=20 *=30 | zero=nothing | 2.5 | 45
zero usage | graduated | 5=0+1 10=1+2 *=2 | zero=nothing | 0 | 0
every unit costs the same | per_unit | 0.0006 |  | 65000 | 39
started packages count | package | 1 per 1000 up |  | 4500 | 5
each tier prices its own units | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing | 50 | 5
a bound belongs to the tier below it | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing | 100 | 10
each tier prices its own units | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing | 250 | 17.5
each tier prices its own units | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing | 1000 | 40
a negative quantity mirrors the positive one | graduated | 100=0.1 500=0.05 *=0.02 | zero=nothing | -1000 | -40
each tier prices its own units | graduated | 50=0.0075 *=0.0025 | zero=nothing | 75 | 0.4375
each tier prices its own units | graduated | *=0.00123 | zero=nothing | 13 | 0.01599
each tier prices its own units | graduated | *=0.33 | zero=nothing | 3 | 0.99
the tier reached prices every unit | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | 50 | 5
a bound belongs to the tier below it | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | 100 | 10
the tier reached prices every unit | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | 101 | 5.05
a bound belongs to the tier below it | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | 500 | 25
the tier reached prices every unit | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | 1000 | 20
a negative quantity mirrors the positive one | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | -50 | -5
a negative quantity mirrors the positive one | volume | 100=0.1 500=0.05 *=0.02 | zero=nothing | -1000 | -20
each tier prices its own units | graduated | 10=1.5 110=1.0 *=0.5 | zero=nothing | 111 | 115.5
a started package of a tier counts whole | graduated | 1000=1/100 *=1/1000 |  | 5325 | 15
a started package of a tier counts whole | volume | 1000=1/100 101000=1/1000 *=0.5/1000 |  | 1000 | 10
a started package of a tier counts whole | volume | 1000=1/100 101000=1/1000 *=0.5/1000 |  | 101001 | 51
each tier prices its own units | graduated | 100=1 200=0.5 *=0.25 | zero=nothing | 150 | 125
the tier reached prices every unit | volume | 99=1 199=0.5 *=0.25 | zero=nothing | 100 | 50
started packages count | package | 5 per 20 up |  | 45 | 15
a bound belongs to the tier below it | volume | 5=7 10=6.5 *=6 | zero=nothing | 5 | 35
the tier reached prices every unit | volume | 5=7 10=6.5 *=6 | zero=nothing | 25 | 150
a bound belongs to the tier below it | graduated | 5=7 10=6.5 *=6 | zero=nothing | 5 | 35
started packages count | package | 10 per 5 up |  | 3 | 10
started packages count | package | 10 per 5 up |  | 5 | 10
started packages count | package | 10 per 5 up |  | 6 | 20
started packages count | package | 10 per 5 up |  | 7 | 20
started packages count | package | 10 per 60 up |  | 150 | 30
a bound belongs to the tier below it | graduated | 100000=0+200 *=0.001 |  | 100000 | 200
each tier prices its own units | graduated | 100000=0+200 *=0.001 |  | 250000 | 350
each tier prices its own units | graduated | 1000=0.10 10000=0.05 *=0.01 |  | 15000 | 600
the tier reached prices every unit | volume | 1000=0.10 10000=0.05 *=0.01 |  | 15000 | 150
`;
