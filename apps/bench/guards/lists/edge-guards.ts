import { codeGuard, testsIn } from "../code-guard.ts";
import type { Guard } from "../guard.ts";

const idempotencyTest = testsIn("apps/api/idempotency.test.ts");
const conventionsTest = testsIn("apps/api/conventions.test.ts");
const consoleTest = testsIn("apps/api/console/console.test.ts");
const keysTest = testsIn("libs/billing/catalog/api-keys.test.ts");
const publicPayTest = testsIn("apps/api/routes/public-pay.test.ts");
const tokenTest = testsIn("libs/core/payment/payment-link-token.test.ts");
const loginFile = "apps/api/console/operator-login.ts";
const consoleFile = "apps/api/console/mount-console.ts";
const cookieFile = "apps/api/console/session-cookie.ts";
const tokenFile = "libs/core/payment/payment-link-token.ts";

/** What stands between the world and our API: keys, roles, limits, sessions, links. */
export const edgeGuards: readonly Guard[] = [
  codeGuard(
    "a revoked API key opens nothing",
    { file: "libs/data/api-keys.ts", text: "and k.revoked_at is null and (", without: "and (" },
    keysTest("open their tenant until they are revoked, and only their hash is kept"),
  ),
  codeGuard(
    "an expired API key opens nothing",
    {
      file: "libs/data/api-keys.ts",
      text: " and (k.expires_at is null or k.expires_at > now())",
      without: "",
    },
    keysTest("stop at their expiry"),
  ),
  codeGuard(
    "a role calls what it may",
    {
      file: "apps/api/run-route.ts",
      text: 'if (route.access !== "public") requireRole(caller, route.access, route.method);',
      without: "",
    },
    conventionsTest("a key with the role operator may not post /v1/api_keys"),
  ),
  codeGuard(
    "a reader changes nothing",
    {
      file: "apps/api/middleware/authenticate.ts",
      text: 'return method === "get" ? roles : roles.filter((role) => role !== "reader");',
      without: "return roles;",
    },
    conventionsTest("a key with the role reader may not post /v1/subscriptions/sub_1/change/preview"),
  ),
  codeGuard(
    "the requests of a key are limited",
    { file: "apps/api/run-route.ts", text: `await api.limiter.hit(\`key:\${caller.keyId}\`);`, without: "" },
    conventionsTest("limits the requests of one key, over all processes"),
  ),
  codeGuard(
    "a key's limit holds over all processes",
    {
      file: "apps/api/middleware/rate-limit.ts",
      text: "counter.total = counted.hits;",
      without: "counter.total += hits;",
    },
    testsIn("apps/api/middleware/rate-limit.test.ts")(
      "refuses what is above the limit, over all processes, with a time to wait",
    ),
  ),
  codeGuard(
    "a body has a limit",
    {
      file: "apps/api/middleware/read-body.ts",
      text: "if (declared > limit) throw tooLarge(limit);",
      without: "limit = Number.MAX_SAFE_INTEGER;",
    },
    conventionsTest("refuses a body over its limit"),
  ),
  codeGuard(
    "packed bytes do not unpack to too much",
    {
      file: "apps/api/middleware/read-body.ts",
      text: "if (size > limit || (size > 65_536 && size > packed * maxRatio)) throw tooLarge(limit);",
      without: "",
    },
    conventionsTest("refuses packed bytes that unpack to too much"),
  ),
  codeGuard(
    "an unexpected error tells nothing",
    {
      file: "apps/api/middleware/error-response.ts",
      text: 'return domainError("internal");',
      without: 'return domainError("internal", String(thrown));',
    },
    conventionsTest("tells nothing of an unexpected error but the request's id"),
  ),
  codeGuard(
    "an idempotency key belongs to one body",
    {
      file: "libs/data/api-idempotency.ts",
      text: 'if (held.body_hash !== input.bodyHash) return { outcome: "reused" };',
      without: "",
    },
    idempotencyTest("refuses the key with another body"),
  ),
  codeGuard(
    "an idempotency key that ran out is taken over by the same body only",
    {
      file: "libs/data/api-idempotency.ts",
      text: " and k.body_hash = excluded.body_hash)",
      without: ")",
    },
    idempotencyTest("hands a key on to the same body only"),
  ),
  codeGuard(
    "an idempotency key is held until its lease runs out",
    {
      file: "libs/data/api-idempotency.ts",
      text: "k.locked_until < clock_timestamp() and ",
      without: "",
    },
    idempotencyTest("keeps a key for who holds it until its lease has run out"),
  ),
  codeGuard(
    "who lost an idempotency key cannot complete it",
    {
      file: "libs/data/api-idempotency.ts",
      text: `and state = 'running' and locked_until = \${fence}\`;\n  if (changed`,
      without: "`;\n  if (changed",
    },
    idempotencyTest("hands a key on when its lease has run out, and fences the one who held it"),
  ),
  codeGuard(
    "the console asks for a session",
    { file: consoleFile, text: "if (session !== null) {", without: "if (true) {" },
    consoleTest("sends those without a session to the form, and tells programs 401"),
  ),
  codeGuard(
    "a session ends by itself",
    {
      file: "libs/data/operator-sessions.ts",
      text: " and expires_at > now()`",
      without: "`",
    },
    consoleTest("ends the session by itself when its time is over"),
  ),
  codeGuard(
    "a session ends on the server",
    { file: consoleFile, text: 'await login.signOut(cookieOf(request, name) ?? "");', without: "" },
    consoleTest("ends the session on the server when the operator signs out"),
  ),
  codeGuard(
    "a form of another site does not sign in",
    {
      file: consoleFile,
      text: 'originOf(request) === "foreign" || !isSame(fieldOf(request, "token"), cookieOf(',
      without: '!isSame(fieldOf(request, "token"), cookieOf(',
    },
    consoleTest("refuses a form without its token, and one that another site sent"),
  ),
  codeGuard(
    "a form without its token does not sign in",
    {
      file: consoleFile,
      text: ' || !isSame(fieldOf(request, "token"), cookieOf(request, formName))',
      without: "",
    },
    consoleTest("refuses a form without its token, and one that another site sent"),
  ),
  codeGuard(
    "a form without its token does not sign out",
    {
      file: consoleFile,
      text: ' || !isSame(fieldOf(request, "token"), sessionOf(response).csrf_token)',
      without: "",
    },
    consoleTest("ends the session on the server when the operator signs out"),
  ),
  codeGuard(
    "another site's page changes no queue",
    {
      file: consoleFile,
      text: 'if (isRead || originOf(request) === "same") next();',
      without: "if (true) next();",
    },
    consoleTest("lets bull-board's own pages write and other pages not"),
  ),
  codeGuard(
    "the password of another account opens nothing",
    {
      file: loginFile,
      text: "if (!isPassword || !isAccount) return null;",
      without: "if (!isPassword) return null;",
    },
    consoleTest("opens nothing to the right password of another account"),
  ),
  codeGuard(
    "five wrong passwords make everybody wait",
    { file: loginFile, text: "if (over.length === 0) return;", without: "return;" },
    consoleTest("makes everybody wait after five wrong tries, the right password too"),
  ),
  codeGuard(
    "no script reads the session's cookie",
    { file: cookieFile, text: "httpOnly: true", without: "httpOnly: false" },
    consoleTest("opens the queues to the right password, with a cookie that scripts cannot read"),
  ),
  codeGuard(
    "the session's cookie belongs to this host",
    { file: cookieFile, text: 'const prefix = secure ? "__Host-" : "";', without: 'const prefix = "";' },
    consoleTest("uses a __Host- cookie that is Secure over https"),
  ),
  codeGuard(
    "a payment link is signed",
    { file: tokenFile, text: " || !isSigned) return null;", without: ") return null;" },
    tokenTest("is refused when any single character of it was changed"),
    publicPayTest("answers every forgery with the same 404"),
  ),
  codeGuard(
    "a payment link's key serves nothing else",
    {
      file: tokenFile,
      text: 'const secret = createHmac("sha256", text).update(purpose).digest();',
      without: "const secret = Buffer.from(text);",
    },
    tokenTest("cannot be signed by the bare secret: the key is derived for this purpose"),
  ),
  codeGuard(
    "a link that has ended tells nothing",
    {
      file: "apps/api/routes/public-pay.ts",
      text: "if (code !== undefined) throw domainError(code);",
      without: "",
    },
    publicPayTest("answers 410 for a link that is revoked, and tells nothing of the invoice"),
  ),
  codeGuard(
    "tries of a link are limited",
    {
      file: "apps/api/routes/public-pay.ts",
      text: `await api.tries.count(\`pay-\${purpose}:\${claim.linkId}:\${address}\`, perMinute[purpose]);`,
      without: "",
    },
    publicPayTest(
      "are 10 tries a minute for one address, pages and payments together, then 429 and when to come back",
    ),
  ),
  codeGuard(
    "nobody tries a link while nobody can count",
    {
      file: "apps/api/middleware/try-limit.ts",
      text: 'throw domainError("rate_limit_unavailable", undefined, { reason });',
      without: "return { hits: 0, resetMs: 0, reason };",
    },
    publicPayTest("close the link when nobody can count, and forgeries are refused without asking anybody"),
  ),
  codeGuard(
    "a link's token stays out of the log",
    {
      file: "apps/api/middleware/access-log.ts",
      text: 'return path.replace(/^\\/public\\/pay\\/[^/]+/i, "/public/pay/{token}");',
      without: "return path;",
    },
    publicPayTest("stands in no log line"),
  ),
];
