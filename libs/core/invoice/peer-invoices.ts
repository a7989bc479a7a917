/**
 * Invoices as other engines' own tests and documentation add them up, facts only:
 * currency, rounding, tax rounding | lines | discounts in order | tax percents | credits | expected.
 * A line is `amount@its own taxes`; a discount `value@its lines`; lines are l1, l2, ... in order. `total` is after credits.
 */
export const peerInvoices = `
USD half_up line_per_tax | 30 70 | 10% |  | 20 | subtotal=100.00 discount=10.00 credits_applied=20.00 total=70.00
USD half_up line_per_tax | 33.33 66.67 | 10% |  | 10 | discount=10.00 total=80.00
USD half_up line_per_tax | 0.33 0.34 0.33 | 10% |  | 0.05 | discount=0.10 total=0.85
USD half_up line_per_tax | 50 50 | 100 |  | 50 | discount=100.00 credits_applied=0.00 total=0.00
USD half_up line_per_tax | 50 50 | 50%@l1 10 |  | 20 | discount=35.00 total=45.00
USD half_up line_per_tax | 50 50 | 10 |  | 25 | discount=10.00 credits_applied=25.00 total=65.00
USD half_up line_per_tax | 100 | 20 |  | 30 30 | credits_applied=60.00 total=20.00
USD half_up line_per_tax | 10 10 10 10 10 10 10 10 10 10 | 10 |  | 50 | discount=10.00 total=40.00
USD half_up line_per_tax | 60 40 | 33.333% |  | 20 | discount=33.33 total=46.67
USD half_up line_per_tax | 30 70 | 40@l1 |  | 20 | discount=30.00 total=50.00
USD half_up line_per_tax | 100 | 10% 10 |  | 20 | discount=20.00 total=60.00
USD half_up line_per_tax | 50.33 49.67 | 12.5% |  | 8.27 | discount=12.50 total=79.23
USD half_up line_per_tax | 0.03 0.04 | 50% |  | 0.01 | discount=0.04 total=0.02
USD half_up line_per_tax | 100 | 75 |  | 50 | credits_applied=25.00 total=0.00
USD half_up line_per_tax | 0 |  |  |  | subtotal=0.00 discount=0.00 total=0.00
USD half_up invoice_per_tax | 80 20 | 25%@l1 10 | 8.25 | 5 | subtotal=100.00 discount=30.00 tax=5.78 credits_applied=5.00 total=70.78
USD half_up line_per_tax | 33.333333 33.333333 33.333334 |  |  |  | subtotal=99.99 total=99.99
JPY half_up line_per_tax | 100.4 200.5 300.6 |  |  |  | subtotal=602 total=602
USD half_up line_per_tax | 0.011 0.012 0.013 0.014 0.015 |  |  |  | subtotal=0.06 total=0.06
USD half_up invoice_per_tax | 100 |  | 8.875 |  | tax=8.88 total=108.88
USD half_up invoice_per_tax | 99.99 |  | 20 |  | tax=20.00 total=119.99
USD half_up invoice_per_tax | 123.45 |  | 7.25 |  | tax=8.95 total=132.40
JPY half_up invoice_per_tax | 999 |  | 10.5 |  | tax=105 total=1104
USD half_up invoice_per_tax | 99.99 |  | 8.875 2.125 0.5 |  | tax=11.49 total=111.48
EUR half_up line | 1.51 3.79 | 1.00@l2 | 10 20 |  | subtotal_after_discount=4.30 tax=1.29 line_taxes=0.45+0.84 total=5.59
EUR half_up invoice | 10.00@10 20.00@20 30.00@10 40.00@10 10.00@10 20.00@20 30.00@10 40.00@10 | 20.00@l1+l2 10.00@l5+l6+l7+l8 5.00 | 10 20 |  | subtotal=200.00 discount=35.00 subtotal_after_discount=165.00 tax=18.89 total=183.89
EUR half_up line | 100.00@10 50.00@0 30.00@20 20.00@20 | 10.00 | 10 0 20 |  | line_taxes=9.50+0.00+5.70+3.80 tax=19.00 total=209.00
EUR half_up line_per_tax | 100 | 10 20 |  |  | discount=30.00 total=70.00
EUR half_up line_per_tax | 100 | 15% 20% |  |  | discount=32.00 total=68.00
EUR half_up line_per_tax | 6 | 12 |  |  | discount=6.00 total=0.00
EUR half_up line_per_tax | 100 | 10% 25% |  |  | discount=32.50 total=67.50
EUR half_up line_per_tax | 100 | 15 25 |  |  | discount=40.00 total=60.00
EUR half_up line_per_tax | 100 | 80 50 |  |  | discount=100.00 total=0.00
EUR half_up line_per_tax | 60 40 | 150 |  |  | line_totals=0.00+0.00 total=0.00
USD half_up line_per_tax | 50 | 10 |  |  | total=40.00
USD half_up line_per_tax | 20 | 50 |  |  | total=0.00
USD half_up line_per_tax | 75 25 | 30 |  |  | line_discounts=22.50+7.50 discount=30.00 total=70.00
USD half_up line_per_tax | 100 -50 | 20 |  |  | line_totals=80.00+-50.00 total=30.00
USD half_up line_per_tax | 150 |  |  | 75 75 | credits_applied=150.00 total=0.00
USD half_up line_per_tax | 150 |  |  | 125 | total=25.00
USD half_up line_per_tax | 0.43 4.84 |  | 15 |  | line_taxes=0.06+0.73 tax=0.79 total=6.06
USD half_up invoice_per_tax | 6.99 6.99 6.99 |  | 20 |  | tax=4.19
USD half_even line_per_tax | 17.50 17.50 17.50 17.50 |  | 7 |  | tax=4.88
USD half_up line_per_tax | 45.30@5 33.45@10 |  | 5 10 |  | line_taxes=2.27+3.35 tax=5.62 total=84.37
`;
