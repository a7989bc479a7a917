import { parseArgs } from "node:util";
import { type SandboxOptions, startSandbox } from "./start-sandbox.ts";

const usage = `Starts the Billwright sandbox: stand-ins for Stripe, SendGrid, S3 and SMTP on 127.0.0.1.

  --data-dir DIR          where its state is kept (default .billwright/sandbox)
  --port N                HTTP port for everything (default 12111; 0 = any free one)
  --smtp-port N           SMTP port (default 0 = any free one)
  --webhook-url URL       where Stripe's webhooks go
  --webhook-secret TEXT   signs the webhooks (default whsec_sandbox)
  --s3-access-key-id ID   the access key id that S3 takes (default sandbox)
  --s3-secret TEXT        its secret (default: signatures are not verified)
  --s3-region NAME        the region of its buckets (default: any)

Prints one line of JSON with its URLs when it is ready; ends on SIGTERM or SIGINT.
`;

function readOptions(args: readonly string[]): SandboxOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "data-dir": { type: "string", default: ".billwright/sandbox" },
      port: { type: "string", default: "12111" },
      "smtp-port": { type: "string", default: "0" },
      "webhook-url": { type: "string" },
      "webhook-secret": { type: "string", default: "whsec_sandbox" },
      "s3-access-key-id": { type: "string" },
      "s3-secret": { type: "string" },
      "s3-region": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    dataDir: values["data-dir"],
    stripePort: readPort(values.port, "--port"),
    smtpPort: readPort(values["smtp-port"], "--smtp-port"),
    webhookSecret: values["webhook-secret"],
    ...(values["webhook-url"] === undefined ? {} : { webhookUrl: values["webhook-url"] }),
    ...(values["s3-access-key-id"] === undefined ? {} : { s3AccessKeyId: values["s3-access-key-id"] }),
    ...(values["s3-secret"] === undefined ? {} : { s3SecretAccessKey: values["s3-secret"] }),
    ...(values["s3-region"] === undefined ? {} : { s3Region: values["s3-region"] }),
    logger: {
      error: (message, details) =>
        process.stderr.write(`${JSON.stringify({ level: "error", message, ...details })}\n`),
    },
  };
}

function readPort(text: string, flag: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${flag} is a port from 0 to 65535, not ${text}`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(usage);
    return;
  }
  const { close, ...urls } = await startSandbox(options);
  process.stdout.write(`${JSON.stringify({ ready: true, ...urls })}\n`);
  const stop = (): void => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const isBadInput = error instanceof Error && (error.message.startsWith("--") || "code" in error);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(isBadInput ? 2 : 1);
  });
}
