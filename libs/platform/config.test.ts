import { ConfigError, readConfig } from "./config.ts";
import { environmentSchema, type VariableName, wordsOf } from "./environment.ts";
import { queueNames } from "./queue/queue-names.ts";

/** The lines that a person reads who started with this environment. */
function complaints(env: Readonly<Record<string, string>>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a wrong configuration", () => {
  it("is told in one line per variable: what it is, what was given, what is allowed", () => {
    expect(
      complaints({
        PORT: "eighty",
        LOG_LEVEL: "loud",
        DRY_RUN: "yes",
        PROCESS_MONTH: "2026-13",
        PUBLIC_URL: "me",
      }),
    ).toEqual([
      'PORT (port of the API): given "eighty"; allowed: a whole number from 0 to 65535',
      'PUBLIC_URL (where people and providers reach the API): given "me"; allowed: a URL such as https://billing.example.com',
      'LOG_LEVEL (how much is logged): given "loud"; allowed: one of error, warn, info, debug',
      'PROCESS_MONTH (month that scheduled runs bill): given "2026-13"; allowed: a month as YYYY-MM, such as 2026-02',
      'DRY_RUN (whether scheduled runs only compute and report): given "yes"; allowed: true, false, 1 or 0',
    ]);
  });

  it("names missing partners in the same pass as wrong values, and asks for nothing that was given wrongly", () => {
    const said = complaints({
      DB_POOL_SIZE: "0",
      ADMIN_EMAIL: "ops@example.com",
      ADMIN_PASSWORD: "short",
      INVOICE_ENABLE_STRIPE: "1",
      INVOICE_ENABLE_EMAIL: "true",
      SENDGRID_API_KEY: "SG.x",
      INVOICE_ENABLE_S3: "true",
      INVOICE_S3_BUCKET: "invoices",
      AWS_ACCESS_KEY_ID: "AKIA",
    });
    expect(said).toEqual([
      'DB_POOL_SIZE (database connections per process): given "0"; allowed: a whole number from 1 to 500',
      "ADMIN_PASSWORD (password of the console): given (not repeated); allowed: at least 12 characters",
      "AWS_SECRET_ACCESS_KEY (credentials of S3): nothing given; allowed: the access key's secret, since AWS_ACCESS_KEY_ID is set",
      "STRIPE_API_KEY (secret key of Stripe): nothing given; allowed: a secret key, sk_..., or STRIPE_SECRET_KEY instead, since INVOICE_ENABLE_STRIPE=1",
      "STRIPE_WEBHOOK_SECRET (signs Stripe's webhooks): nothing given; allowed: the endpoint's signing secret, whsec_...; two with a comma while it is changed, since INVOICE_ENABLE_STRIPE=1",
      "INVOICE_SMTP_FROM (sender of mails): nothing given; allowed: an e-mail address such as billing@example.com, since INVOICE_ENABLE_EMAIL=true",
    ]);
  });

  it("does not repeat secrets, nor more of a long value than a line holds", () => {
    const [key] = complaints({ MASTER_KEY: "not-hexadecimal" });
    expect(key).not.toContain("not-hexadecimal");
    const [url] = complaints({ DATABASE_URL: "mysql://me:secret@db/x" });
    expect(url).not.toContain("secret@");
    const [bucket = ""] = complaints({ INVOICE_S3_BUCKET: "B".repeat(5_000) });
    expect(bucket.length).toBeLessThan(250);
  });

  it.each(["pdf-rendr", "pdf-render,", "pdf-render payment"])(
    "names the queues there are when WORKER_QUEUES is %j",
    (list) => {
      expect(complaints({ WORKER_QUEUES: list })).toEqual([
        `WORKER_QUEUES (queues that a worker takes): given ${JSON.stringify(list)}; allowed: names with commas between, out of ${queueNames.join(", ")}`,
      ]);
    },
  );
});

describe("a good configuration", () => {
  it("reads the queues of a worker as names", () => {
    expect(readConfig({ WORKER_QUEUES: "pdf-render, payment" }).WORKER_QUEUES).toEqual([
      "pdf-render",
      "payment",
    ]);
    expect(readConfig({ WORKER_QUEUES: "" }).WORKER_QUEUES).toBeUndefined();
  });

  it.each([
    ["payment,invoice-generation", ["payment", "invoice-generation", "invoice-finalization"]],
    ["invoice-finalization,invoice-generation", ["invoice-finalization", "invoice-generation"]],
    ["invoice-finalization", ["invoice-finalization"]],
    ["payment,payment", ["payment"]],
  ])("lets who generates invoices finalize them too, and takes each queue once: %s", (list, queues) => {
    expect(readConfig({ WORKER_QUEUES: list }).WORKER_QUEUES).toEqual(queues);
  });

  it("says of every variable what it is and what is allowed", () => {
    for (const name of Object.keys(environmentSchema.shape) as VariableName[]) {
      const { is, allowed } = wordsOf(name);
      expect([name, is.length > 3, allowed.length > 3, /undefined/.test(is + allowed)]).toEqual([
        name,
        true,
        true,
        false,
      ]);
    }
  });
});
