import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { type Fault, type Faults, pause } from "../faults.ts";
import { draftJournalEntry, type Journal } from "../journal.ts";
import type { Mailbox } from "./mailbox.ts";

const maxBytes = 40 * 1024 * 1024;

type SmtpDeps = {
  readonly mailbox: Mailbox;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly report: (error: unknown) => void;
};

type SmtpListener = { readonly port: number; readonly close: () => Promise<void> };

/** Listens on 127.0.0.1 without TLS; takes any login or none. Faults act at DATA. */
export async function listenSmtp(port: number, deps: SmtpDeps): Promise<SmtpListener> {
  const sockets = new Map<number, Socket>();
  const cut = (session: SMTPServerSession): void => {
    sockets.get(session.remotePort)?.destroy();
  };
  const server = new SMTPServer({
    name: "sandbox.billwright.invalid",
    banner: "Billwright sandbox",
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    size: maxBytes,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "anyone" }),
    onData: (stream, session, done) => {
      receive(deps, stream, session, () => cut(session)).then(
        (reply) => {
          if (reply !== "cut") done(reply.error, reply.message);
        },
        (error: unknown) => {
          deps.report(error);
          done(smtpError(451, "The sandbox failed"));
        },
      );
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

type Reply = { readonly error: Error | null; readonly message: string } | "cut";

async function receive(
  deps: SmtpDeps,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  cut: () => void,
): Promise<Reply> {
  const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
  const to = session.envelope.rcptTo.map((recipient) => recipient.address);
  const fault = deps.faults.take("smtp", "DATA", to);
  const refused = (status: number | null): void =>
    deps.journal.record(journalOf(from, to, fault, status, false));
  if (fault?.action === "cut") {
    refused(null);
    stream.resume();
    cut();
    return "cut";
  }
  const raw = await readAll(stream).catch(() => undefined);
  if (raw === undefined) {
    refused(null);
    return "cut";
  }
  if (fault?.action === "delay") await pause(fault.delayMs ?? 1_000);
  if (fault?.action === "status") {
    const status = fault.status ?? 451;
    refused(status);
    return { error: smtpError(status, "Injected by a sandbox fault"), message: "" };
  }
  if (stream.sizeExceeded) {
    refused(552);
    return { error: smtpError(552, `Messages may have ${maxBytes} bytes`), message: "" };
  }
  const isCutAfter = fault?.action === "after-commit";
  const sent = isCutAfter ? (fault.status ?? null) : 250;
  const mail = await deps.mailbox.deliver({
    via: "smtp",
    from,
    to,
    raw,
    journal: journalOf(from, to, fault, sent, true),
  });
  if (!isCutAfter) return { error: null, message: `OK: queued as ${mail.id}` };
  if (fault.delayMs !== undefined) await pause(fault.delayMs);
  if (fault.status !== undefined)
    return { error: smtpError(fault.status, "Injected by a sandbox fault"), message: "" };
  cut();
  return "cut";
}

function journalOf(
  from: string,
  to: readonly string[],
  fault: Fault | undefined,
  status: number | null,
  effect: boolean,
) {
  return draftJournalEntry({
    service: "smtp",
    method: "DATA",
    path: to.join(","),
    status,
    effect,
    fault: fault?.id ?? null,
    summary: { from, to },
  });
}

/** The whole message; rejects when the sender leaves before the dot. */
async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An error whose code becomes the SMTP reply. */
function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
