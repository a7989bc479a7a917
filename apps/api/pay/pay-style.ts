import { brandColors } from "./pay-color.ts";

/** The style sheet of the payment pages, in the tenant's colour. */
export function payStyle(color: string | undefined): string {
  const { brand, onBrand } = brandColors(color);
  return `:root{--brand:${brand};--on-brand:${onBrand}}${sheet}`;
}

const sheet = `
:root{color-scheme:light dark;--ink:#16202e;--soft:#566276;--line:#dfe4ec;--paper:#fff;--wash:#f4f6f9;--field:#fff;--danger:#b42318;--danger-wash:#fef3f2;--ok:#157f4b;--ok-wash:#e7f6ee;--shadow:0 1px 2px rgba(16,24,40,.05),0 12px 32px -12px rgba(16,24,40,.14)}
@media (prefers-color-scheme:dark){:root{--ink:#e9edf3;--soft:#a3aec0;--line:#2c3646;--paper:#161d28;--wash:#0e131b;--field:#10161f;--danger:#ff9a92;--danger-wash:#3a1714;--ok:#6bd7a0;--ok-wash:#12301f;--shadow:none}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--wash);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;border-top:5px solid var(--brand)}
a{color:inherit;text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--brand);outline-offset:3px;border-radius:6px}
@media (prefers-color-scheme:dark){:focus-visible{outline-color:#9db4ff}}
.head{width:100%;max-width:68rem;margin:0 auto;padding:1.5rem 1.5rem 0;display:flex;align-items:center;gap:.9rem;min-height:4.25rem}
.head img{max-height:44px;max-width:220px;display:block}
@media (prefers-color-scheme:dark){.head img{background:#fff;padding:6px 10px;border-radius:8px}}
.head .name{font-weight:650;font-size:1.1rem;letter-spacing:-.01em;overflow-wrap:anywhere}
main{flex:1;width:100%;max-width:68rem;margin:0 auto;padding:1.5rem 1.5rem 2.5rem}
.columns{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,26rem);grid-template-areas:"sum pay" "lines pay";grid-template-rows:auto 1fr;gap:1.75rem 3rem;align-items:start}
.sum{grid-area:sum}.lines{grid-area:lines}.pay{grid-area:pay}
.eyebrow{margin:0;color:var(--soft);font-size:.95rem;overflow-wrap:anywhere}
h1{margin:.15rem 0 .1rem;font-size:clamp(2.1rem,6vw,3rem);line-height:1.12;letter-spacing:-.02em;font-weight:700;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.due{margin:0;color:var(--soft)}
.due.late{color:var(--danger);font-weight:600}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.4rem;margin:1.3rem 0 0;font-size:.94rem}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.card{background:var(--paper);border:1px solid var(--line);border-radius:16px;box-shadow:var(--shadow)}
.pay.card{padding:1.6rem}
.pay h2,.lines h2{margin:0 0 1.1rem;font-size:1.08rem;letter-spacing:-.01em}
.lines h2{margin:0;margin-inline-end:auto}
.lines details{padding:0}
.lines summary{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:1rem 1.35rem;cursor:pointer;list-style:none;border-radius:16px}
.lines summary::-webkit-details-marker{display:none}
.lines summary::after{content:"";width:.5rem;height:.5rem;margin-inline-end:.2rem;border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(45deg) translate(-2px,-2px);flex:none}
.lines details[open] summary::after{transform:rotate(225deg) translate(-2px,-2px)}
.rows{list-style:none;margin:0;padding:0 1.35rem .35rem}
.rows li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.1rem 1.5rem;padding:.8rem 0;border-top:1px solid var(--line)}
.rows .what{overflow-wrap:anywhere}
.rows .much{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.rows .note{grid-column:1/-1;color:var(--soft);font-size:.87rem;overflow-wrap:anywhere}
.sums{margin:0;padding:.75rem 1.35rem 1.15rem;border-top:1px solid var(--line);display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.32rem 0;font-size:.94rem}
.sums dt{color:var(--soft);overflow-wrap:anywhere}.sums dd{margin:0;padding-inline-start:1.5rem;text-align:end;font-variant-numeric:tabular-nums}
.sums .strong{color:var(--ink);font-weight:650}
.sums .last{font-size:1.08rem}.sums .rule{padding-top:.55rem;margin-top:.3rem;border-top:1px solid var(--line)}
.pdf{display:inline-flex;align-items:center;gap:.5rem;margin-top:1.1rem;padding:.3rem 0;font-weight:600;font-size:.94rem}
.pdf svg{flex:none}
button{display:flex;align-items:center;justify-content:center;gap:.6rem;width:100%;min-height:3.1rem;margin:1.15rem 0 0;padding:.7rem 1rem;font:inherit;font-size:1.03rem;font-weight:650;color:var(--on-brand);background:var(--brand);border:0;border-radius:10px;cursor:pointer;font-variant-numeric:tabular-nums}
button:hover{filter:brightness(1.07)}button:active{filter:brightness(.94)}
button[aria-disabled=true]{cursor:progress;opacity:.75}
.secure{display:flex;gap:.5rem;align-items:center;justify-content:center;margin:.95rem 0 0;color:var(--soft);font-size:.84rem;text-align:center}
.alert{margin:0 0 1.1rem;padding:.8rem .95rem;border-radius:10px;background:var(--danger-wash);color:var(--danger);font-size:.94rem;font-weight:500;overflow-wrap:anywhere}
.waiting{min-height:9rem;display:grid;place-items:center;color:var(--soft)}
.spin{width:1.15em;height:1.15em;border:2.5px solid currentColor;border-inline-end-color:transparent;border-radius:50%;animation:spin .8s linear infinite;display:inline-block;flex:none}
.spin.big{width:2.6rem;height:2.6rem;border-width:4px;color:var(--brand);margin-bottom:.9rem}
@keyframes spin{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){.spin{animation-duration:3s}}
.progress{text-align:center;padding:1.2rem .4rem 1rem}
.progress h2{margin:0 0 .35rem;font-size:1.2rem}.progress p{margin:0;color:var(--soft)}
.message{max-width:29rem;margin:clamp(1rem,10vh,6rem) auto 0;padding:2.4rem 2rem 2.2rem;text-align:center}
.message h1{font-size:1.6rem;letter-spacing:-.02em;margin:1.1rem 0 .5rem}
.message p{margin:0;color:var(--soft);overflow-wrap:anywhere}.message p+p{margin-top:.9rem}
.sign{width:3.6rem;height:3.6rem;border-radius:50%;display:inline-grid;place-items:center;background:var(--wash);color:var(--soft)}
.sign.ok{background:var(--ok-wash);color:var(--ok)}
footer{width:100%;max-width:68rem;margin:0 auto;padding:1.1rem 1.5rem 2rem;color:var(--soft);font-size:.84rem;overflow-wrap:anywhere}
footer p{margin:0 0 .25rem}
@media (max-width:52rem){
.head{padding:1.1rem 1.1rem 0;min-height:3.5rem}main{padding:1.1rem 1.1rem 2rem}footer{padding:.5rem 1.1rem 1.6rem}
.columns{grid-template-columns:minmax(0,1fr);grid-template-areas:"sum" "pay" "lines";grid-template-rows:auto;gap:1.3rem}
.pay.card{padding:1.25rem 1.1rem}.facts{margin-top:1rem}
.rows,.sums,.lines summary{padding-inline:1.1rem}
}
@media print{.pay{display:none}body{border:0}}
`;
