import type { HttpAnswer } from "../http/http-exchange.ts";

/** A stand-in for Stripe.js: what a page with the Payment Element needs of it, against this sandbox. */
export function stripeJs(): HttpAnswer {
  return {
    status: 200,
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cross-origin-resource-policy": "cross-origin",
      "cache-control": "no-store",
    },
    body: script,
  };
}

const style = `
:host{display:block;font:inherit;color:inherit}
*{box-sizing:border-box}
fieldset{border:0;margin:0 0 1rem;padding:0;display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:.6rem}
fieldset[hidden]{display:none}
fieldset label{display:flex;align-items:center;gap:.55rem;margin:0;padding:.7rem .8rem;border:1px solid var(--line);border-radius:var(--radius);font-size:.92rem;font-weight:600;cursor:pointer}
fieldset label:has(:checked){border-color:var(--primary);box-shadow:0 0 0 1px var(--primary)}
fieldset label:has(:focus-visible){outline:2px solid var(--primary);outline-offset:2px}
input[type=radio]{accent-color:var(--primary);margin:0}
.field{display:block;font-size:.86rem;font-weight:600;margin:0 0 .9rem}
.field input{display:block;width:100%;margin-top:.35rem;padding:.72rem .8rem;font:inherit;font-size:1rem;font-weight:400;color:inherit;background:var(--field);border:1px solid var(--line);border-radius:var(--radius)}
.field input::placeholder{color:inherit;opacity:.55}
.field input:focus-visible{outline:2px solid var(--primary);outline-offset:0;border-color:var(--primary)}
.field input[aria-invalid=true]{border-color:var(--danger)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}
.wrong{color:var(--danger);font-weight:400;font-size:.84rem;display:block;margin-top:.3rem}
.hint{font-size:.8rem;opacity:.75;margin:.1rem 0 0;line-height:1.5}
[hidden]{display:none}
`;

const markup = `
<fieldset part="methods"><legend hidden>Payment method</legend>
<label><input type="radio" name="method" value="card" checked>Card</label>
<label><input type="radio" name="method" value="bank">US bank account</label></fieldset>
<div data-card>
<label class="field">Card number<input name="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" maxlength="23"><span class="wrong" hidden></span></label>
<div class="pair">
<label class="field">Expiry date<input name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" maxlength="7"><span class="wrong" hidden></span></label>
<label class="field">Security code<input name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" maxlength="4"><span class="wrong" hidden></span></label>
</div>
<p class="hint">Sandbox, no money moves: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.</p></div>
<div data-bank hidden><p class="hint">Sandbox: the test bank is debited, and stays processing until the debit is settled.</p></div>
`;

/** Plain JavaScript for the browser. */
const script = `"use strict";
(() => {
  const base = new URL(document.currentScript.src).origin;
  const cards = {
    "4242424242424242": "pm_card_visa", "5555555555554444": "pm_card_mastercard",
    "4000000000000002": "pm_card_chargeDeclined", "4000000000000341": "pm_card_chargeCustomerFail",
  };
  const digits = (text) => text.replace(/\\D/g, "");

  const wrongCard = (values) => {
    const number = digits(values.number);
    if (number === "") return ["number", "Your card number is incomplete."];
    if (!(number in cards)) return ["number", "Your card number is invalid. The sandbox takes test cards only."];
    const [month, year] = [Number(digits(values.expiry).slice(0, 2)), Number(digits(values.expiry).slice(2))];
    const now = new Date();
    if (digits(values.expiry).length !== 4 || month < 1 || month > 12) return ["expiry", "Your card's expiration date is incomplete."];
    if (2000 + year < now.getFullYear() || (2000 + year === now.getFullYear() && month <= now.getMonth()))
      return ["expiry", "Your card's expiration date is in the past."];
    if (digits(values.cvc).length < 3) return ["cvc", "Your card's security code is incomplete."];
    return null;
  };

  const paymentElement = (options) => {
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(${JSON.stringify(style)});
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = ${JSON.stringify(markup)};
    const look = (options.appearance && options.appearance.variables) || {};
    const variables = { primary: look.colorPrimary || "#0570de", danger: look.colorDanger || "#c0123c",
      field: look.colorBackground || "#fff", line: "color-mix(in srgb, currentColor 24%, transparent)", radius: look.borderRadius || "8px" };
    for (const [name, value] of Object.entries(variables)) host.style.setProperty("--" + name, value);
    const input = (name) => root.querySelector("[name=" + name + "]");
    const isBank = () => root.querySelector("[name=method]:checked").value === "bank";
    root.querySelector("fieldset").hidden = options.currency !== "usd";
    root.addEventListener("change", () => {
      root.querySelector("[data-card]").hidden = isBank();
      root.querySelector("[data-bank]").hidden = !isBank();
    });
    input("number").addEventListener("input", (event) => {
      const caretAtEnd = event.target.selectionStart === event.target.value.length;
      if (caretAtEnd) event.target.value = digits(event.target.value).slice(0, 19).replace(/(.{4})(?=.)/g, "$1 ");
    });
    input("expiry").addEventListener("input", (event) => {
      const typed = digits(event.target.value).slice(0, 4);
      if (event.inputType !== "deleteContentBackward") event.target.value = typed.length > 2 ? typed.slice(0, 2) + " / " + typed.slice(2) : typed;
    });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && host.closest("form")) host.closest("form").requestSubmit();
    });
    const mark = (wrong) => {
      for (const name of ["number", "expiry", "cvc"]) {
        const isWrong = wrong !== null && wrong[0] === name;
        input(name).setAttribute("aria-invalid", String(isWrong));
        const said = input(name).nextElementSibling;
        said.hidden = !isWrong;
        said.textContent = isWrong ? wrong[1] : "";
      }
      if (wrong !== null) input(wrong[0]).focus();
    };
    const listeners = [];
    return {
      mount: (where) => {
        (typeof where === "string" ? document.querySelector(where) : where).replaceChildren(host);
        queueMicrotask(() => listeners.forEach((listener) => listener({ elementType: "payment" })));
      },
      on: (event, listener) => { if (event === "ready") listeners.push(listener); },
      check: () => {
        const values = { number: input("number").value, expiry: input("expiry").value, cvc: input("cvc").value };
        const wrong = isBank() ? null : wrongCard(values);
        mark(wrong);
        return wrong === null ? {} : { error: { type: "validation_error", message: wrong[1] } };
      },
      method: () => (isBank() ? "pm_usBankAccount" : cards[digits(input("number").value)]),
    };
  };

  const send = async (key, method, path, fields) => {
    const body = new URLSearchParams({ key, ...fields });
    const request = method === "GET" ? [base + path + "?" + body] : [base + path, { method, body }];
    let answer;
    try {
      answer = await (await fetch(...request)).json();
    } catch {
      return { error: { type: "api_connection_error", message: "The payment provider could not be reached." } };
    }
    return answer.error ? { error: answer.error } : { paymentIntent: answer };
  };
  const idOf = (clientSecret) => clientSecret.split("_secret_")[0];

  window.Stripe = (key) => ({
    elements: (options) => {
      const made = [];
      return {
        create: (type, more) => {
          if (type !== "payment") throw new Error("The sandbox has the Payment Element only.");
          const element = paymentElement({ ...options, ...more });
          made.push(element);
          return element;
        },
        submit: async () => made[0].check(),
        method: () => made[0].method(),
      };
    },
    confirmPayment: ({ elements, clientSecret, confirmParams }) =>
      send(key, "POST", "/v1/payment_intents/" + idOf(clientSecret) + "/confirm", {
        client_secret: clientSecret, payment_method: elements.method(), return_url: confirmParams.return_url,
      }),
    retrievePaymentIntent: (clientSecret) =>
      send(key, "GET", "/v1/payment_intents/" + idOf(clientSecret), { client_secret: clientSecret }),
  });
})();
`;
