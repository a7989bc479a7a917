import { codeGuard, testsIn } from "../code-guard.ts";
import type { Guard } from "../guard.ts";

const effectTest = testsIn("libs/billing/effect/run-effect.test.ts");
const circuitTest = testsIn("libs/billing/effect/provider-circuit.test.ts");
const togetherTest = testsIn("libs/billing/work/work-together.test.ts");
const workTest = testsIn("libs/billing/work/run-work.test.ts");
const inboxTest = testsIn("libs/billing/payment/receive-stripe-webhook.test.ts");
const senderTest = testsIn("libs/platform/webhook/webhook-sender.test.ts");
const mailTest = testsIn("libs/platform/mail/invoice-mail.test.ts");
const smtpTest = testsIn("libs/platform/mail/smtp-mailer.test.ts");
const loggerTest = testsIn("libs/platform/logger.test.ts");
const secretTest = testsIn("libs/platform/secret-box.test.ts");
const folderTest = testsIn("libs/platform/storage/folder-store.test.ts");
const moneyTest = testsIn("libs/core/money/money.test.ts");
const auditTest = testsIn("libs/billing/audit/audit-chain.test.ts");
const effectsFile = "libs/data/effects.ts";
const jobsFile = "libs/data/jobs.ts";
const jobStatementsFile = "prisma/migrations/20261121210000_job_statements/migration.sql";
const stripeFile = "libs/platform/stripe/stripe-payments.ts";
const held = `where tenant_id = \${tx.tenantId}::uuid and id = \${held.id}::uuid and `;

/** What keeps work from being done twice, the outside from lying to us, and us from harming the outside. */
export const workGuards: readonly Guard[] = [
  codeGuard(
    "an effect is recorded under its fence",
    {
      file: effectsFile,
      text: `else epoch_started_at end\n    ${held}fence = \${held.fence} and `,
      without: `else epoch_started_at end\n    ${held}`,
    },
    effectTest("throws away what comes late while the heir is still at it"),
  ),
  codeGuard(
    "a call begins under its fence",
    {
      file: effectsFile,
      text: `\${call.idempotencyKey}, updated_at = now()\n    ${held}fence = \${held.fence} and `,
      without: `\${call.idempotencyKey}, updated_at = now()\n    ${held}`,
    },
    effectTest("lets nobody call whose lease ran out before"),
  ),
  codeGuard(
    "an effect in flight is left to its worker",
    {
      file: effectsFile,
      text: "(state = 'inflight' and lease_until < clock_timestamp()) as is_free",
      without: "state = 'inflight' as is_free",
    },
    effectTest("lets one worker at a time do it"),
  ),
  codeGuard(
    "the provider is asked before it is called again",
    {
      file: "libs/billing/effect/run-effect.ts",
      text: "if (!claim.call_started) return null;",
      without: "return null;",
    },
    effectTest("asks the provider before it calls again after a crash"),
  ),
  codeGuard(
    "a key that the provider may have forgotten is not used again",
    {
      file: "libs/billing/effect/run-effect.ts",
      text: 'const needsNewKey = claim.key_expired || claim.previous_state === "failed";',
      without: 'const needsNewKey = claim.previous_state === "failed";',
    },
    effectTest("begins a new epoch when the key is older than the provider's memory"),
  ),
  codeGuard(
    "a test tenant moves no real money",
    {
      file: "libs/billing/effect/run-stripe-effect.ts",
      text: "if (tenant?.mode === stripeMode) return;",
      without: "return;",
    },
    testsIn("libs/billing/effect/run-stripe-effect.test.ts")(
      "is refused before any call for a test tenant and the key sk_live_1",
    ),
  ),
  codeGuard(
    "nobody calls a provider that is down",
    {
      file: "libs/billing/effect/provider-circuit.ts",
      text: "if (state.opened_at === null) {",
      without: "if (true) {",
    },
    circuitTest("opens after outages in a row, for every process, and lets nobody call"),
  ),
  codeGuard(
    "one probe at a time goes to a provider that was down",
    {
      file: "libs/data/provider-circuits.ts",
      text: " and opened_at is not null and retry_at <= clock_timestamp()`",
      without: " and opened_at is not null`",
    },
    circuitTest("opens after outages in a row, for every process, and lets nobody call"),
  ),
  codeGuard(
    "a job is left to the worker that holds it",
    {
      file: jobStatementsFile,
      text: "(j.state = 'running' AND j.lease_until < now() AND (",
      without: "(j.state = 'running' AND (",
    },
    workTest("lets one of many deliveries act, whatever order they come in"),
  ),
  codeGuard(
    "of two deliveries in one statement one has the job",
    { file: jobsFile, text: "unclaimed.delete(id);", without: "" },
    togetherTest("is claimed once by two deliveries that are asked for in one statement"),
  ),
  codeGuard(
    "a worker that lost its job records nothing of what it did outside",
    {
      file: jobStatementsFile,
      text: "WHERE job.id = e.id AND job.attempts = e.attempt AND",
      without: "WHERE job.id = e.id AND",
    },
    togetherTest("is not ended by an attempt that lost it"),
  ),
  codeGuard(
    "work that is done is held until that is recorded",
    {
      file: "libs/billing/work/run-work.ts",
      text: "await within(timeoutMs, work.run(deps));",
      without: "await within(timeoutMs, work.run(deps)).finally(() => clearInterval(heartbeat));",
    },
    togetherTest("keeps its lease while its end waits for theirs"),
  ),
  codeGuard(
    "a worker that lost its job does not keep it from another",
    {
      file: "prisma/migrations/20261121220000_job_leases/migration.sql",
      text: "WHERE j.attempts = e.attempt AND j.state",
      without: "WHERE j.state",
    },
    togetherTest("is not held by the lease of an attempt that lost it"),
  ),
  codeGuard(
    "no job fails for the sake of one that ends with it",
    {
      file: "libs/data/gather-calls.ts",
      text: "if (calls.length === 1 || isUnanswered) for",
      without: "if (true) for",
    },
    togetherTest("fails alone when its result cannot be stored"),
  ),
  codeGuard(
    "a worker that lost its job commits nothing",
    {
      file: "libs/billing/work/run-work.ts",
      text: "const held = rows.filter((_, n) => isHeld[n]);",
      without: "const held = rows;",
    },
    workTest("does not begin a transaction for work that was taken over since it was claimed"),
    togetherTest("is left out of a transaction with others when it was taken over before that began"),
  ),
  codeGuard(
    "a message of Stripe is signed",
    {
      file: stripeFile,
      text: 'return Stripe.webhooks.constructEvent(body, signature ?? "", secret, tolerance, undefined, receivedAt);',
      without: "return JSON.parse(String(body));",
    },
    inboxTest("refuses other secrets, other bytes, no signature and old messages, and stores nothing"),
  ),
  codeGuard(
    "a message of Stripe is young",
    {
      file: stripeFile,
      text: "const tolerance = input.toleranceSeconds ?? signatureAgeSeconds;",
      without: "const tolerance = 10 ** 9;",
    },
    inboxTest("refuses other secrets, other bytes, no signature and old messages, and stores nothing"),
  ),
  codeGuard(
    "a signed message is an event",
    { file: stripeFile, text: "if (!isEvent(event)) {", without: "if (false) {" },
    inboxTest("refuses a signed body that is no event, and stores nothing"),
  ),
  codeGuard(
    "a tenant's own account speaks of that tenant only",
    {
      file: "libs/billing/payment/receive-stripe-webhook.ts",
      text: "const isForeign = event.account !== null && event.account !== account;",
      without: "const isForeign = false;",
    },
    testsIn("apps/api/routes/webhooks.test.ts")(
      "are taken by that account's secret, and count for its tenant only",
    ),
  ),
  codeGuard(
    "a webhook goes to public addresses only",
    {
      file: "libs/platform/webhook/public-address.ts",
      text: 'return ipaddr.process(address).range() === "unicast";',
      without: "return true;",
    },
    senderTest("refuses 169.254.169.254"),
  ),
  codeGuard(
    "a name is looked up for public addresses only",
    {
      file: "libs/platform/webhook/public-address.ts",
      text: "!addresses.every(({ address }) => isPublicAddress(address))",
      without: "false",
    },
    senderTest("fails for a name that leads to this machine, at the moment of connecting"),
  ),
  codeGuard(
    "a webhook is looked up when it is sent",
    {
      file: "libs/platform/webhook/webhook-sender.ts",
      text: '...(addresses === "public" ? { lookup } : {}),',
      without: "",
    },
    senderTest("asks at the moment of connecting where a name leads"),
  ),
  codeGuard(
    "an outgoing webhook's signature covers its time",
    {
      file: "libs/core/webhook/webhook-message.ts",
      text: `.update(\`\${message.id}.\${timestamp}.\${message.body}\`)`,
      without: `.update(\`\${message.id}.\${message.body}\`)`,
    },
    testsIn("libs/billing/webhook/webhooks.test.ts")(
      "tell an endpoint what it asked for, signed so that the public library believes it",
    ),
  ),
  codeGuard(
    "text does not become markup",
    {
      file: "libs/platform/html.ts",
      text: "return text.replace(/[&<>\"']/g, (character) => escapes[character] ?? character);",
      without: "return text;",
    },
    mailTest("escapes what customers and tenants wrote"),
    testsIn("apps/api/routes/public-pay.test.ts")("escapes whatever tenant and customer wrote"),
  ),
  codeGuard(
    "a mail links to web addresses only",
    {
      file: "libs/platform/mail/invoice-mail.ts",
      text: "url !== undefined && /^https?:\\/\\//.test(url) ? url : null",
      without: "url ?? null",
    },
    mailTest("shows no button without a link, without a debt, or with a link that is no web address"),
  ),
  codeGuard(
    "no line break adds a header to a mail",
    {
      file: "libs/platform/mail/mail-header.ts",
      text: 'return text.replace(/[\\p{Cc}\\u2028\\u2029]+/gu, " ").trim();',
      without: "return text;",
    },
    testsIn("libs/platform/mail/mail-header.test.ts")(
      'the text "Globex\\r\\nBcc: all@example.com" of a header is one line',
    ),
  ),
  codeGuard(
    "a mail does not travel in the clear",
    {
      file: "libs/platform/mail/smtp-mailer.ts",
      text: "requireTLS: config.tls && config.port !== 465,",
      without: "requireTLS: false,",
    },
    smtpTest("refuses to go on unencrypted when TLS is asked for"),
  ),
  codeGuard(
    "the log hides fields that hold secrets",
    {
      file: "libs/platform/logger.ts",
      text: 'secretField.test(key) ? "[redacted]" : redact(item, depth + 1),',
      without: "redact(item, depth + 1),",
    },
    loggerTest("hides fields that are named like secrets, however deep"),
  ),
  codeGuard(
    "the log hides keys inside text",
    {
      file: "libs/platform/logger.ts",
      text: 'return value.replace(secretValue, "$1[redacted]");',
      without: "return value;",
    },
    loggerTest("hides values that look like keys inside any text, errors too"),
  ),
  codeGuard(
    "a sealed secret belongs to its tenant and purpose",
    {
      file: "libs/platform/secret-box.ts",
      text: `return Buffer.from(\`\${tenantId}/\${purpose}\`);`,
      without: 'return Buffer.from("");',
    },
    secretTest("opens nothing that was changed, or moved to another tenant or purpose"),
  ),
  codeGuard(
    "a sealed secret was not changed",
    {
      file: "libs/platform/secret-box.ts",
      text: "Buffer.concat([decipher.update(text), decipher.final()])",
      without: "decipher.update(text)",
    },
    secretTest("opens nothing that was changed, or moved to another tenant or purpose"),
  ),
  codeGuard(
    "a key does not leave the folder",
    {
      file: "libs/platform/storage/object-store.ts",
      text: "if (isSafe) return key;",
      without: "return key;",
    },
    folderTest('refuses the key "a/../../x", which could leave the folder'),
  ),
  codeGuard(
    "what is stored has the hash it came with",
    {
      file: "libs/platform/storage/folder-store.ts",
      text: "if (sha256Of(bytes) !== sha256)",
      without: "if (false)",
    },
    folderTest("refuses bytes that do not have the hash they come with"),
  ),
  codeGuard(
    "what is stored is never overwritten",
    {
      file: "libs/platform/storage/folder-store.ts",
      text: "if (!isNew && sha256Of(await named(() => readFile(target))) !== sha256) {",
      without: "if (false) {",
    },
    folderTest("answers existed for the same bytes, and never overwrites other bytes"),
  ),
  codeGuard(
    "two currencies are not added",
    {
      file: "libs/core/money/money.ts",
      text: "if (a !== b) throw domainError(",
      without: "if (false) throw domainError(",
    },
    moneyTest("two currencies are never mixed"),
  ),
  codeGuard(
    "an amount fits the database",
    {
      file: "libs/core/money/money.ts",
      text: "if (minor > largestMinor || minor < -largestMinor) {",
      without: "if (false) {",
    },
    moneyTest("an amount that the database cannot hold is refused, not wrapped"),
  ),
  codeGuard(
    "an audit row is what its link says",
    {
      file: "libs/core/audit/audit-chain.ts",
      text: 'if (link.hash !== linkAudit(previous, link.facts).hash) return "content";',
      without: "",
    },
    auditTest("names the entry that somebody changed"),
  ),
  codeGuard(
    "a link of the audit stands on the one before",
    {
      file: "libs/core/audit/audit-chain.ts",
      text: 'if (link.sequence !== previous.sequence + 1n) return "gap";',
      without: "",
    },
    auditTest("names the link that is missing, and the one that was put on another"),
  ),
  codeGuard(
    "a head that was noted outside still stands",
    {
      file: "libs/core/audit/audit-chain.ts",
      text: 'if (noted?.sequence === link.sequence && noted.hash !== link.hash) return "head";',
      without: "",
    },
    auditTest("shows by a head noted elsewhere that all of it was written anew, or cut"),
  ),
];
