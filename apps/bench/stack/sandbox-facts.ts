/** One request as the sandbox saw it. */
export type SandboxRequest = {
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly effect: boolean;
  readonly replayed: boolean;
  readonly summary: unknown;
};

/** An invoice or PaymentIntent at the sandbox, as far as it is asked about. Amounts in Stripe's smallest unit. */
export type StripeObject = {
  readonly id: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly total?: number;
  readonly amount_received?: number;
};

/** Everything that one part of the sandbox was asked after an entry, oldest first. */
export async function readJournal(sandboxUrl: string, part: string, afterSeq = 0): Promise<SandboxRequest[]> {
  const response = await fetch(`${sandboxUrl}/_sandbox/journal?service=${part}&since=${afterSeq}`);
  const { entries } = (await response.json()) as { entries: SandboxRequest[] };
  return entries;
}

/** All objects of one list of the sandbox's Stripe. */
export async function listStripe(
  sandboxUrl: string,
  list: "invoices" | "payment_intents",
): Promise<StripeObject[]> {
  const all: StripeObject[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last === undefined ? "" : `&starting_after=${last.id}`;
    const response = await fetch(`${sandboxUrl}/v1/${list}?limit=100${after}`, {
      headers: { authorization: "Bearer sk_test_stack" },
    });
    const page = (await response.json()) as { data?: StripeObject[]; has_more?: boolean };
    if (page.data === undefined)
      throw new Error(`the sandbox does not list ${list}: ${JSON.stringify(page)}`);
    all.push(...page.data);
    if (page.has_more !== true) return all;
  }
}

/** What the sandbox had seen at some moment: whatever came later belongs to who came later. */
export type OutsideBefore = { readonly seq: number; readonly stripeIds: ReadonlySet<string> };

export async function readOutsideBefore(sandboxUrl: string): Promise<OutsideBefore> {
  const response = await fetch(`${sandboxUrl}/_sandbox/journal`);
  const { entries } = (await response.json()) as { entries: SandboxRequest[] };
  const lists = await Promise.all(
    (["invoices", "payment_intents"] as const).map((list) => listStripe(sandboxUrl, list)),
  );
  return {
    seq: Math.max(0, ...entries.map((entry) => entry.seq)),
    stripeIds: new Set(lists.flat().map((object) => object.id)),
  };
}

/** Takes every fault of the sandbox away, but that webhooks come twice. */
export async function healSandbox(sandboxUrl: string): Promise<void> {
  await fetch(`${sandboxUrl}/_sandbox/faults`, { method: "DELETE" });
  await duplicateWebhooks(sandboxUrl);
}

/** From now on every webhook about money is delivered twice. */
export async function duplicateWebhooks(sandboxUrl: string): Promise<void> {
  await fetch(`${sandboxUrl}/_sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      service: "webhook",
      action: "duplicate",
      path: "^payment_intent\\.",
      copies: 2,
      times: null,
    }),
  });
}
