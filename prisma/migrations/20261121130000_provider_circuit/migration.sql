-- Whether a provider answers, as all processes together have seen it. System time; of no tenant.
CREATE TABLE "provider_circuit" (
    "provider" TEXT NOT NULL,
    "account" TEXT NOT NULL DEFAULT '',
    "outages" INTEGER NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_circuit_pkey" PRIMARY KEY ("provider","account"),
    CONSTRAINT "provider_circuit_open_check" CHECK ((opened_at IS NULL) = (retry_at IS NULL))
);
GRANT SELECT, INSERT, UPDATE ON provider_circuit TO billwright_system;
