SET LOCAL lock_timeout = '5s';

-- The account by whose key new customers of a tenant go to the provider; none: the installation's.
ALTER TABLE provider_account ADD COLUMN is_current boolean NOT NULL DEFAULT false;
-- contract: the table holds a row for each tenant's own account, a handful, written by hand; no row has the new column set yet.
CREATE UNIQUE INDEX provider_account_current ON provider_account (tenant_id, provider) WHERE is_current;

-- The account that a customer is a customer of, with everything that hangs on it; null until it goes to Stripe.
ALTER TABLE customer ADD COLUMN stripe_account text;
