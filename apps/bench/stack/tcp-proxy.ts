import { createServer, connect, type Socket } from "node:net";

/** What a proxy does to whatever passes, until it is healed. Bytes count from when the fault was set. */
export type WireFault =
  /** Each piece comes so much later, in both directions. */
  | { readonly kind: "latency"; readonly ms: number }
  /** Nothing arrives any more and nothing is closed. A connection that lost a byte stays dead when all is healed. */
  | { readonly kind: "black-hole" }
  /** A connection is reset when its client has sent so many bytes. */
  | { readonly kind: "reset-after"; readonly bytes: number }
  /**
   * A connection is reset when its client sends `text`: `before` the server has it, or `after` the server has answered, and the answer
   * is lost. One in `oneIn` of them is, `times` at most.
   */
  | {
      readonly kind: "reset-at";
      readonly text: string;
      readonly side: "before" | "after";
      readonly oneIn: number;
      readonly times: number;
    };

export type TcpProxy = {
  readonly port: number;
  readonly connections: () => number;
  /** Connections and pieces that the faults hit, from the start on. */
  readonly hits: () => number;
  readonly set: (fault: WireFault) => void;
  readonly heal: () => void;
  /** Resets every open connection; how many there were. */
  readonly cut: () => number;
  /** Tells every client that the server will send no more, and still takes what they send; how many there were. */
  readonly halfClose: () => number;
  /** Where new connections go from now on; healing leads them back. */
  readonly aim: (port: number) => void;
  readonly close: () => Promise<void>;
};

/** One connection: what a client and the server say to each other. */
type Line = {
  readonly client: Socket;
  readonly server: Socket;
  /** Lost a byte: nothing passes any more. */
  isDead: boolean;
  /** The server's next answer is lost. */
  isLost: boolean;
  tail: string;
  sent: number;
};

type Wire = {
  readonly lines: Set<Line>;
  fault: WireFault | null;
  aim: number;
  hits: number;
  /** Texts that were looked for and found. */
  seen: number;
};

/** Stands on a free port of 127.0.0.1 before the server on `target`. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const wire: Wire = { lines: new Set(), fault: null, aim: target, hits: 0, seen: 0 };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const to = connect({ host: "127.0.0.1", port: wire.aim, allowHalfOpen: true });
    const line: Line = { client, server: to, isDead: false, isLost: false, tail: "", sent: 0 };
    wire.lines.add(line);
    carry(wire, line, client, to);
    carry(wire, line, to, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const all = (act: (line: Line) => void): number => {
    const open = [...wire.lines];
    for (const line of open) act(line);
    wire.hits += open.length;
    return open.length;
  };
  return {
    port: address.port,
    connections: () => wire.lines.size,
    hits: () => wire.hits,
    set: (fault) => {
      Object.assign(wire, { fault, seen: 0 });
      for (const line of wire.lines) Object.assign(line, { tail: "", sent: 0 });
    },
    heal: () => {
      Object.assign(wire, { fault: null, aim: target });
    },
    cut: () => all((line) => reset(wire, line)),
    halfClose: () => all((line) => void line.client.end()),
    aim: (port) => {
      wire.aim = port;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const line of wire.lines) reset(wire, line);
      await closed;
    },
  };
}

function reset(wire: Wire, line: Line): void {
  line.client.resetAndDestroy();
  line.server.resetAndDestroy();
  wire.lines.delete(line);
}

function carry(wire: Wire, line: Line, from: Socket, to: Socket): void {
  from.on("data", (piece: Buffer) => {
    if (!passes(wire, line, from === line.client, piece)) return;
    const send = () => void (!to.destroyed && to.writable && to.write(piece));
    if (wire.fault?.kind !== "latency") return void send();
    wire.hits += 1;
    setTimeout(send, wire.fault.ms);
  });
  from.on("end", () => !line.isDead && to.end());
  from.on("error", () => reset(wire, line));
  from.on("close", () => {
    if (!line.isDead) to.destroy();
    wire.lines.delete(line);
  });
}

/** Whether a piece goes on; what hits it is done. */
function passes(wire: Wire, line: Line, isAsking: boolean, piece: Buffer): boolean {
  const { fault } = wire;
  if (line.isDead) return false;
  if (line.isLost && !isAsking) {
    reset(wire, line);
    return false;
  }
  if (fault === null || fault.kind === "latency") return true;
  if (fault.kind === "black-hole") {
    wire.hits += 1;
    line.isDead = true;
    return false;
  }
  if (!isAsking) return true;
  if (fault.kind === "reset-after") {
    line.sent += piece.length;
    if (line.sent < fault.bytes) return true;
    wire.hits += 1;
    reset(wire, line);
    return false;
  }
  return passesText(wire, line, fault, piece);
}

function passesText(
  wire: Wire,
  line: Line,
  fault: Extract<WireFault, { kind: "reset-at" }>,
  piece: Buffer,
): boolean {
  const text = line.tail + piece.toString("latin1");
  line.tail = text.slice(-(fault.text.length - 1));
  if (!text.includes(fault.text)) return true;
  line.tail = "";
  wire.seen += 1;
  if (fault.times <= 0 || wire.seen % fault.oneIn !== 0) return true;
  wire.fault = { ...fault, times: fault.times - 1 };
  wire.hits += 1;
  if (fault.side === "before") reset(wire, line);
  else line.isLost = true;
  return fault.side === "after";
}
