/**
 * The script of the payment page, plain JavaScript for browsers. It mounts Stripe's Payment Element, asks us for the one
 * open attempt when the payer presses the button, confirms it with Stripe, and then only watches: money is what the
 * server says. Its words come with the page, in the page's language.
 */
export const payScript = `"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const card = find("pay");
  if (card === null) return;
  const form = find("pay-form"), button = find("pay-button"), alertBox = find("pay-alert");
  const words = JSON.parse(card.dataset.words);
  const path = location.pathname.replace(/\\/+$/, "");
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let busy = true;

  const setBusy = (isBusy, isWorking = isBusy) => {
    busy = isBusy;
    button.setAttribute("aria-disabled", String(isBusy));
    find("pay-spin").hidden = !isWorking;
  };
  const tell = (message) => {
    alertBox.textContent = message;
    alertBox.hidden = message === "";
    if (message !== "") alertBox.scrollIntoView({ block: "nearest" });
  };

  const watch = async (hasConfirmed) => {
    for (let round = 0; round < 200; round++) {
      await wait(round < 20 ? 1500 : 10000);
      const answer = await fetch(path + "/state", { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer === null || answer.status === 429 || answer.status >= 500) continue;
      const { state } = answer.ok ? await answer.json() : { state: "gone" };
      // After a confirmation the server may still know of an earlier decline only.
      const isOver = state === "paid" || state === "gone" || (!hasConfirmed && state !== "processing");
      if (isOver) return location.replace(path);
    }
  };
  const showProgress = (words, hasConfirmed) => {
    form.hidden = true;
    find("pay-told").textContent = words;
    find("pay-progress").hidden = false;
    find("pay-progress").focus();
    watch(hasConfirmed);
  };
  const confirmed = (status) =>
    showProgress(status === "processing" ? words.bank : words.moment, true);

  const open = async () => {
    for (let round = 0; ; round++) {
      const answer = await fetch(path + "/intent", { method: "POST", headers: { Accept: "application/json" } });
      const body = await answer.json();
      const isMeeting = body.code === "effect_in_progress" && round < 4;
      if (!isMeeting) return { ok: answer.ok, body, seconds: answer.headers.get("Retry-After") };
      await wait(1000);
    }
  };
  const refused = ({ body, seconds }) => {
    if (body.code === "payment_in_progress")
      return showProgress(words.underWay, false);
    if (body.code === "rate_limited") return tell(words.manyTries.replace("{seconds}", seconds));
    if (/^(payment_link_|invoice_)/.test(body.code)) return location.replace(path);
    return tell(words.notStarted);
  };

  const begin = (stripe, elements) => async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    tell("");
    try {
      const checked = await elements.submit();
      if (checked.error) return tell(checked.error.message);
      for (let round = 0; round < 2; round++) {
        const opened = await open();
        if (!opened.ok) return refused(opened);
        if (opened.body.stripe_amount !== card.dataset.amount) return location.replace(path);
        const { error, paymentIntent } = await stripe.confirmPayment({
          elements, clientSecret: opened.body.client_secret, redirect: "if_required",
          confirmParams: { return_url: location.origin + path },
        });
        if (!error) return confirmed(paymentIntent.status);
        if (error.code !== "payment_intent_unexpected_state") return tell(error.message);
        const now = error.payment_intent && error.payment_intent.status;
        if (now === "succeeded" || now === "processing") return confirmed(now);
      }
      tell(words.notStarted);
    } catch {
      tell(words.lost);
    } finally {
      setBusy(false);
    }
  };

  const start = () => {
    const query = new URLSearchParams(location.search);
    const returned = query.get("redirect_status");
    if (location.search !== "") history.replaceState(null, "", path);
    if (card.dataset.state === "processing") return watch(false);
    if (returned === "succeeded" || returned === "processing") return confirmed(returned);
    if (returned === "failed") tell(words.notThrough);
    if (typeof Stripe === "undefined") {
      find("pay-waiting").hidden = true;
      return tell(words.formMissing);
    }
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const colors = isDark
      ? { colorBackground: "#10161f", colorText: "#e9edf3", colorDanger: "#ff9a92" }
      : { colorBackground: "#ffffff", colorText: "#16202e", colorDanger: "#b42318" };
    const stripe = Stripe(card.dataset.key, { locale: card.dataset.language });
    const elements = stripe.elements({
      mode: "payment", amount: Number(card.dataset.amount), currency: card.dataset.currency,
      appearance: { theme: isDark ? "night" : "stripe", variables: { ...colors, colorPrimary: card.dataset.color, borderRadius: "10px" } },
    });
    const element = elements.create("payment", { layout: "tabs" });
    element.on("ready", () => setBusy(false));
    element.on("loaderror", () => tell(words.formMissing));
    element.mount("#pay-element");
    form.addEventListener("submit", begin(stripe, elements));
  };
  start();
})();
`;
