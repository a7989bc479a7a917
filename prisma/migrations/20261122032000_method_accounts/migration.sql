SET LOCAL lock_timeout = '5s';

-- The Stripe account that a method was saved at, "" the installation's; null: saved before this column, and taken for the installation's.
ALTER TABLE payment_method ADD COLUMN stripe_account text;
