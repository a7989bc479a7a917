import { invoiceDocumentSample } from "./invoice-document-sample.ts";
import { withSystem } from "#libs/data/database.ts";
import { readRoleFacts } from "#libs/data/doctor-reads.ts";
import type { Installation } from "../cli-context.ts";
import { checkQueues } from "./check-queues.ts";
import { checkStorage } from "./check-storage.ts";
import { checkStripe } from "./check-stripe.ts";
import { attempt, type Finding, ok, problem, warning } from "./finding.ts";

/** Everything outside that the installation talks to. */
export async function checkConnections(installation: Installation): Promise<Finding[]> {
  const { deps, queues, config, running } = installation;
  return [
    await attempt("database", "check DATABASE_URL, and run `billwright migrate`", () =>
      checkRoles(installation),
    ),
    await checkQueues(queues),
    await attempt("schedules", "start a scheduler: `billwright up`, or the scheduler process", async () => {
      const found = await queues.queue("invoice-generation").getJobSchedulers();
      return found.length > 0
        ? `${found.length} on invoice-generation`
        : warning("schedules", "none is registered", "start a scheduler: it registers them within a minute");
    }),
    await attempt(
      "pdf",
      "set CHROMIUM_PATH to a Chrome or Chromium, and check that the data folder can be written and memory is free",
      async () => {
        const { bytes } = await deps.pdf.render(invoiceDocumentSample);
        return `Chromium printed a page of ${bytes.length} bytes`;
      },
    ),
    await checkStorage(deps.store, config),
    ...(await checkStripe(deps)),
    await attempt("payment links", "set STRIPE_PUBLISHABLE_KEY and PAYMENT_LINK_SECRET", async () => {
      const isOn = running === null ? deps.paymentLinks !== null : running.hasPaymentLinks;
      return isOn ? "on" : "off: customers cannot pay by themselves";
    }),
    await attempt(
      "email",
      "check the SMTP credentials, the firewall towards the server, and the sender's address (INVOICE_SMTP_*, SENDGRID_API_KEY)",
      async () => {
        if (deps.mailer === null) return "off (INVOICE_ENABLE_EMAIL)";
        await deps.mailer.verify();
        return "the mail server takes our credentials";
      },
    ),
  ];
}

async function checkRoles(installation: Installation): Promise<Finding> {
  const facts = await withSystem(installation.database, readRoleFacts);
  if (facts.unforced > 0n) {
    return problem(
      "database",
      `${facts.unforced} tenant tables do not force row-level security`,
      "run `billwright migrate`, and do not alter the tables by hand",
    );
  }
  if (facts.superuser || facts.bypassesRls) {
    return warning(
      "database",
      "the login of DATABASE_URL is a superuser or bypasses row-level security",
      "give the application a login of its own and migrate with MIGRATION_DATABASE_URL",
    );
  }
  return ok("database", "answers, roles and row-level security are as they should be");
}
