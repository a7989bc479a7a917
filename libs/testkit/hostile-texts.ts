/** A text that somebody's parser, template or spreadsheet has taken for more than a text. */
export type HostileText = { readonly name: string; readonly text: string };

const named = (texts: Readonly<Record<string, string>>): readonly HostileText[] =>
  Object.entries(texts).map(([name, text]) => ({ name, text }));

/** Texts of one line that our fonts can print: they must come out as they went in, wherever they are shown. */
export const hostileTexts: readonly HostileText[] = named({
  ...{
    script: `<script>alert(1)</script>`,
    image: `<img src=x onerror=alert(1)>`,
    "image of the network": `<img src="http://127.0.0.1:9/beacon.png">`,
    "end of an attribute": `"><svg onload=alert(1)>`,
    "single quotes": `' onmouseover='alert(1)`,
    "end of a style": `</style><style>*{display:none}`,
    "end of a title": `</title><meta http-equiv="refresh" content="0;url=javascript:alert(1)">`,
    comment: `<!-- --> <![CDATA[ ]]> -->`,
    frame: `<iframe src="file:///etc/passwd"></iframe>`,
    link: `<a href="javascript:alert(1)">pay</a>`,
    entity: `&lt;b&gt; &amp;amp; &#x3C;i&#x3E; &nbsp;`,
  },
  ...{
    "braces of a template": `{{7*7}} {% raw %} {number} {amount} {0}`,
    "dollar of a template": "$" + "{7*7} $1 $& $` $' %s %n <%= 7*7 %> #{7*7}",
    "name of a template's value": `{seller} {customer} {email} {date}`,
    quote: `'; DROP TABLE invoice; --`,
    "quote with a union": `' UNION SELECT secret FROM api_key --`,
    backslash: `\\'; SELECT pg_sleep(9); --`,
    "dollar quote": `$$; SELECT 1; $$`,
    "an expansion of LDAP": `*)(uid=*))(|(uid=*`,
    "a lookup": "$" + "{jndi:ldap://127.0.0.1/a}",
    "a command": "; cat /etc/passwd | $(id) `id` && true",
    "a path": `../../../../etc/passwd`,
    "a path of Windows": `..\\..\\C:\\boot.ini`,
    "a variable of the environment": `$HOME %PATH%`,
  },
  ...{
    "a formula": `=HYPERLINK("http://127.0.0.1/","x")`,
    "a formula with plus": `+1+1`,
    "a formula with minus": `-2+3+cmd|' /C calc'!A0`,
    "a formula with at": `@SUM(1+1)`,
    "separators of a table": `a,b;c|d"e""f`,
    "a number": `1e309`,
    "minus nothing": `-0`,
    "a word of JSON": `null`,
    "a word of JavaScript": `undefined`,
    "a key of every object": `__proto__`,
    constructor: `constructor`,
    "a text of JSON": `{"a":[1,{"b":null}],"__proto__":{"x":1}}`,
    "end of a PDF's text": `) Tj ET Q endstream endobj (`,
    "name in a PDF": `/Type /Action /S /JavaScript /JS (app.alert(1))`,
    "a page of CSS": `"; } @page { size: 1px } * { color: red`,
    "an escape of CSS": `\\22 \\a \\0 url(http://127.0.0.1/)`,
  },
  ...{
    "letters with marks": `Ångström Żółć Ἑλλάς Ñandú`,
    "ligatures and special spaces": `ﬁ … a\u00a0b`,
    "signs of money": `€ £ ¥ ₹ ₽`,
    "letters from right to left": `فاتورة رقم 12`,
    "letters of Japan": `株式会社テスト`,
  },
});

/** Texts that change how the ones around them are read, or that no font shows: kept or refused, never altered. */
export const invisibleTexts: readonly HostileText[] = named({
  "an override of direction": `abc\u202egnp.exe`,
  isolates: `\u2066\u2067\u2068abc`,
  "no width": `a\u200bb\u200cc\u200dd\ufeffe`,
  "a stack of marks": `Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f`,
  "a family of joined signs": `\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}`,
  "a flag": `\u{1f1e9}\u{1f1ea}`,
  "an unassigned sign": `\u{e0fff}`,
  "two forms of one letter": `e\u0301 \u00e9`,
  "lines and pages": `a\r\nBcc: other@example.com\r\n\r\nb`,
  "a separator of lines": `a\u2028b\u2029c\u0085d`,
  tabs: `\ta\tb`,
  controls: `a\u0001\u0008\u001b[31mb\u007f`,
  "ends of blanks": `  a  `,
});

/** No text at all to a database or to UTF-8: always refused. */
export const brokenTexts: readonly HostileText[] = named({
  "a zero": `a\u0000b`,
  "half of a pair": `a\ud83db`,
  "the other half": `\udc00`,
  "a pair the wrong way round": `\ude00\ud83d`,
});
