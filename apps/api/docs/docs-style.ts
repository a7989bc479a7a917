/** Style of the pages that people read; nothing is loaded from elsewhere. */
export const docsStyle = `
:root{--ink:#1c2430;--soft:#5b6675;--line:#e3e7ee;--paper:#fff;--wash:#f6f8fb;--accent:#2456d6;--get:#0b7a53;--post:#2456d6;--put:#a15c00;--patch:#7a3fc4;--delete:#b3261e;--code:#0f1720}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b6;--line:#2b3442;--paper:#131922;--wash:#1a222d;--accent:#7ea2ff;--get:#4ecb9c;--post:#7ea2ff;--put:#e5a94d;--patch:#bd95f5;--delete:#f2847c;--code:#0b1017}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--ink);background:var(--paper)}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.87em}
.layout{display:grid;grid-template-columns:17.5rem minmax(0,1fr);min-height:100vh}
nav{position:sticky;top:0;align-self:start;height:100vh;overflow:auto;border-right:1px solid var(--line);background:var(--wash);padding:1.5rem 1.1rem}
nav .brand{font-weight:700;font-size:1.15rem;letter-spacing:-.01em;color:var(--ink);display:block;margin-bottom:.15rem}
nav p{margin:.1rem 0 1rem;color:var(--soft);font-size:.85rem}
nav h2{font-size:.72rem;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:1.2rem 0 .35rem;font-weight:600}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:flex;gap:.5rem;align-items:baseline;color:var(--ink);padding:.14rem 0;font-size:.87rem}
nav .verb{width:2.9rem;flex:none;font-size:.66rem}
.verb{font:700 .72rem/1 ui-monospace,Menlo,Consolas,monospace;text-transform:uppercase;letter-spacing:.02em}
.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.patch{color:var(--patch)}.delete{color:var(--delete)}
main{padding:2.5rem clamp(1.25rem,4vw,4rem) 6rem;max-width:82rem}
h1{font-size:2rem;letter-spacing:-.02em;margin:0 0 .5rem}
.lead{color:var(--soft);max-width:46rem;margin:0 0 1.5rem}
.tag{margin-top:3.5rem;padding-top:1rem;border-top:2px solid var(--ink);font-size:1.35rem;letter-spacing:-.01em}
article{padding:1.75rem 0 2rem;border-bottom:1px solid var(--line);display:grid;grid-template-columns:minmax(0,1fr) minmax(0,30rem);gap:1rem 2.5rem}
article h3{grid-column:1/-1;margin:0;font-size:1.08rem}
article h3 .path{font:600 .95rem ui-monospace,Menlo,Consolas,monospace;margin-left:.6rem;overflow-wrap:anywhere}
article h3 .sum{display:block;font-weight:600;margin-bottom:.35rem}
article p{margin:.2rem 0 .8rem;color:var(--soft);white-space:pre-line}
h4{margin:1.1rem 0 .35rem;font-size:.74rem;text-transform:uppercase;letter-spacing:.07em;color:var(--soft)}
dl{margin:0;border-top:1px solid var(--line)}
dl>div{padding:.42rem 0;border-bottom:1px solid var(--line)}
dt{display:inline;font:600 .87rem ui-monospace,Menlo,Consolas,monospace}
dt+dd{display:inline;margin:0 0 0 .5rem;color:var(--soft);font-size:.83rem}
dd.more{display:block;margin:.1rem 0 0;font-size:.87rem;color:var(--soft)}
details{margin:.25rem 0 0 .2rem}details>summary{cursor:pointer;font-size:.82rem;color:var(--accent)}
details dl{margin:.35rem 0 .35rem .1rem;padding-left:.8rem;border-left:2px solid var(--line);border-top:0}
.need{color:var(--delete);font-size:.74rem;font-weight:600;margin-left:.35rem}
pre{background:var(--code);color:#dbe4f0;padding:.9rem 1rem;border-radius:8px;overflow:auto;margin:.3rem 0 .9rem;line-height:1.5;max-height:32rem}
.side h4:first-child{margin-top:.1rem}
.codes{display:flex;flex-wrap:wrap;gap:.3rem .4rem}
.codes a{font:500 .78rem ui-monospace,Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:999px;padding:.08rem .55rem;color:var(--ink);background:var(--wash)}
.codes a b{font-weight:700;color:var(--soft)}
table{border-collapse:collapse;width:100%;max-width:64rem}
th{text-align:left;font-size:.72rem;letter-spacing:.07em;text-transform:uppercase;color:var(--soft);padding:.4rem .8rem .4rem 0;border-bottom:2px solid var(--line)}
td{padding:.55rem .8rem .55rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:target td{background:color-mix(in srgb,var(--accent) 14%,transparent)}
td code{font-weight:600}
@media (max-width:70rem){article{grid-template-columns:minmax(0,1fr)}}
@media (max-width:52rem){.layout{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}nav ul,nav h2{display:none}}
`;
