import { html, trustedHtml } from "#libs/platform/html.ts";

const style = `
:root{--ink:#1c2430;--soft:#5b6675;--line:#d8dee8;--paper:#fff;--wash:#f1f4f9;--accent:#2456d6}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b6;--line:#2f3948;--paper:#171e28;--wash:#0f141b;--accent:#7ea2ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--wash);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{width:min(23rem,calc(100vw - 2rem));background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:2rem 2rem 1.6rem;box-shadow:0 10px 40px rgba(20,30,60,.08)}
h1{margin:0;font-size:1.35rem;letter-spacing:-.01em}p{margin:.2rem 0 1.4rem;color:var(--soft)}
label{display:block;font-size:.85rem;font-weight:600;margin:0 0 1rem}
input{display:block;width:100%;margin-top:.35rem;padding:.6rem .7rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
button{width:100%;padding:.65rem;font:inherit;font-weight:600;color:#fff;background:#2456d6;border:0;border-radius:8px;cursor:pointer}
.error{color:#b3261e;background:rgba(179,38,30,.09);border-radius:8px;padding:.55rem .7rem;margin:0 0 1rem;font-size:.9rem}
footer{margin-top:1.2rem;font-size:.82rem;color:var(--soft)}a{color:var(--accent)}
`;

/** The form; `token` must come back with it, and stand in a cookie too. */
export function loginPage(token: string, problem: string | null, email = ""): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Billwright</title><style>${trustedHtml(style)}</style></head>
<body><main><h1>Billwright</h1><p>Sign in to the operator console</p>
${problem !== null && html`<div class="error" role="alert">${problem}</div>`}
<form method="post" action="/admin/login"><input type="hidden" name="token" value="${token}">
<label>E-mail<input type="email" name="email" value="${email}" autocomplete="username" required autofocus></label>
<label>Password<input type="password" name="password" autocomplete="current-password" required></label>
<button>Sign in</button></form>
<footer><a href="/docs">API reference</a></footer></main></body></html>`.markup;
}

/** What a signed-in operator sees first; it carries the way out. */
export function consolePage(email: string, csrfToken: string): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Console · Billwright</title><style>${trustedHtml(style)}</style></head>
<body><main><h1>Billwright</h1><p>Signed in as ${email}</p>
<p><a href="/admin/queues">Queues</a> · <a href="/health">Health</a> · <a href="/metrics">Metrics</a> · <a href="/docs">API</a></p>
<form method="post" action="/admin/logout"><input type="hidden" name="token" value="${csrfToken}"><button>Sign out</button></form>
</main></body></html>`.markup;
}
