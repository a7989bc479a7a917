import { mkdirSync } from "node:fs";
import { answerControl, type ControlDeps } from "./control/control-routes.ts";
import { startPage } from "./control/start-page.ts";
import { openWebhookSettings } from "./control/webhook-settings.ts";
import { createFaults } from "./faults.ts";
import { type HttpHandler, jsonAnswer } from "./http/http-exchange.ts";
import { listenHttp } from "./http/http-listener.ts";
import { openJournal } from "./journal.ts";
import { type Mailbox, openMailbox } from "./mail/mailbox.ts";
import { answerMailbox } from "./mail/mailbox-pages.ts";
import { sendgridHandler } from "./mail/sendgrid.ts";
import { listenSmtp } from "./mail/smtp-listener.ts";
import { openObjectStore } from "./s3/object-store.ts";
import { s3Handler } from "./s3/s3-handler.ts";
import { openSandboxClock } from "./sandbox-clock.ts";
import { openStripeAccounts } from "./stripe/stripe-accounts.ts";
import { stripeJs } from "./stripe/stripe-js.ts";

type SandboxLogger = {
  readonly error: (message: string, details?: Readonly<Record<string, unknown>>) => void;
};

export type SandboxOptions = {
  /** Everything the sandbox knows is kept here and read again at the next start. */
  readonly dataDir: string;
  /** Serves everything over HTTP; 0 takes a free port. Stripe's mock port by default. */
  readonly stripePort?: number;
  /** 0 (the default) takes a free port. */
  readonly smtpPort?: number;
  /** A second HTTP port that serves the same; off by default. */
  readonly httpPort?: number;
  /** Where Stripe's webhooks go; may also be set later at `/_sandbox/webhooks`. */
  readonly webhookUrl?: string;
  /** Signs the webhooks (`whsec_...`). */
  readonly webhookSecret: string;
  /** The one access key id that S3 takes; `sandbox` by default. */
  readonly s3AccessKeyId?: string;
  /** Its secret; unset: signatures are not verified. */
  readonly s3SecretAccessKey?: string;
  /** Where the buckets are; unset: wherever they are looked for. */
  readonly s3Region?: string;
  readonly logger?: SandboxLogger;
};

export type Sandbox = {
  readonly stripeUrl: string;
  readonly smtpPort: number;
  readonly sendgridUrl: string;
  readonly s3Url: string;
  readonly mailboxUrl: string;
  readonly close: () => Promise<void>;
};

/**
 * Starts stand-ins for Stripe, SendGrid, S3 and SMTP on 127.0.0.1, with a mailbox page, a journal and faults.
 * Rejects with EADDRINUSE when a port is taken; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, logger = { error: () => {} } } = options;
  mkdirSync(dataDir, { recursive: true });
  const report = (error: unknown): void => {
    logger.error("sandbox failed", {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  const journal = openJournal(dataDir);
  const clock = openSandboxClock(dataDir);
  const faults = createFaults();
  const webhooks = openWebhookSettings(dataDir, { url: options.webhookUrl, secret: options.webhookSecret });
  const mailbox = openMailbox(dataDir, journal);
  const objects = openObjectStore(dataDir, journal);
  const smtp = await listenSmtp(options.smtpPort ?? 0, { mailbox, faults, journal, report });
  const closers: (() => Promise<void>)[] = [smtp.close];
  try {
    const stripe = openStripeAccounts({
      dataDir,
      clock,
      faults,
      journal,
      report,
      endpoint: webhooks.endpoint,
    });
    closers.push(async () => stripe.close());
    const control = { journal, faults, clock, stripe, webhooks };
    const s3 = s3Handler({
      store: objects,
      faults,
      journal,
      account: {
        accessKeyId: options.s3AccessKeyId ?? "sandbox",
        secretAccessKey: options.s3SecretAccessKey,
        region: options.s3Region,
      },
    });
    const sendgrid = sendgridHandler({ mailbox, faults, journal });
    const handle = routeHttp({ control, mailbox, s3, sendgrid, smtpPort: smtp.port });
    const main = await listenHttp(options.stripePort ?? 12111, handle, report);
    closers.push(main.close);
    if (options.httpPort !== undefined)
      closers.push((await listenHttp(options.httpPort, handle, report)).close);
    const url = `http://127.0.0.1:${main.port}`;
    const close = async (): Promise<void> => {
      await Promise.all(closers.map((end) => end()));
    };
    return {
      stripeUrl: url,
      smtpPort: smtp.port,
      sendgridUrl: url,
      s3Url: `${url}/s3`,
      mailboxUrl: `${url}/mailbox`,
      close,
    };
  } catch (error) {
    await Promise.all(closers.map((end) => end()));
    throw error;
  }
}

type Parts = {
  readonly control: ControlDeps;
  readonly mailbox: Mailbox;
  readonly s3: HttpHandler;
  readonly sendgrid: HttpHandler;
  readonly smtpPort: number;
};

function routeHttp({ control, mailbox, s3, sendgrid, smtpPort }: Parts): HttpHandler {
  return (request) => {
    const { path } = request;
    if (path.startsWith("/v1/")) return control.stripe.handle(request);
    if (path === "/v3/mail/send" && request.method === "POST") return sendgrid(request);
    if (path === "/stripe.js") return stripeJs();
    if (path.startsWith("/s3/")) return s3(request);
    if (path.startsWith("/_sandbox/")) return answerControl(control, request);
    if (path === "/mailbox.json" || path === "/mailbox" || path.startsWith("/mailbox/"))
      return answerMailbox(mailbox, request);
    if (path !== "/") return jsonAnswer(404, { error: `The sandbox has nothing at ${path}` });
    return startPage({
      smtpPort,
      counts: control.stripe.counts(),
      mails: mailbox.list().length,
      faults: control.faults.list().length,
      webhookUrl: control.webhooks.endpoint()?.url ?? null,
      pendingWebhooks: control.stripe.pendingWebhooks(),
      now: new Date(control.clock.nowMs()),
      latest: control.journal.entries({}).slice(-30).reverse(),
    });
  };
}
