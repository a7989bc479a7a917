import { Temporal } from "temporal-polyfill";
import { newId } from "#libs/data/new-id.ts";
import { insertDueReminders } from "#libs/data/reminders.ts";
import { setTenantClock } from "#libs/data/tenants.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import type { OutgoingMail } from "#libs/platform/mail/mailer.ts";
import { updateCustomer } from "../catalog/update-customer.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { planReminders } from "./plan-reminders.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("reminders of an unpaid invoice", () => {
  const mails: OutgoingMail[] = [];
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld({
      mailer: {
        send: async (mail) => {
          mails.push(mail);
          return { outcome: "accepted", providerId: mail.messageId };
        },
        verify: async () => undefined,
      },
    });
  });
  afterAll(() => world.close());

  let lives = 0;
  /** Owes 10.00 for January, issued on 1 February and due on the 15th; now it is 1 January. */
  const owing = async (reminderSchedule: readonly number[], timezone = "UTC") => {
    lives += 1;
    const email = `life-${lives}@example.test`;
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    await tenant.inTenant((tx) =>
      updateSettings(tx, { change: { reminderSchedule, paymentTermsDays: 14, timezone } }),
    );
    const customer = await makeCustomer(tenant, { email, timezone });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    await makeSubscription(tenant, {
      ...{ customer: { id: customer.id }, plan: { id: plan.id }, collection: "send_invoice" },
      endsAt: at("2026-02-01T00:00:00Z"),
    });
    const subjects = () => mails.filter((mail) => mail.to === email).map((mail) => mail.subject);
    return {
      tenant,
      customerId: customer.id,
      subjects,
      mails: () => mails.filter((mail) => mail.to === email),
    };
  };
  const moveClock = (tenant: TestTenant, to: string) => tenant.inTenant((tx) => setTenantClock(tx, at(to)));
  const stepsOf = (tenant: TestTenant) =>
    world.rows<{ step: number; due: string; done: boolean; canceled: boolean }>(
      `select step, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due, done_at is not null as done, canceled_at is not null as canceled
       from dunning_step where tenant_id = $1 order by due_at`,
      [tenant.tenantId],
    );
  const invoiceOf = async (tenant: TestTenant) => {
    const [row] = await world.rows<{ id: string; number: string }>(
      "select id, number from invoice where tenant_id = $1",
      [tenant.tenantId],
    );
    if (row === undefined) throw new Error("there is no invoice");
    return row;
  };
  const pay = async (tenant: TestTenant, amount: string) => {
    const { id: invoiceId } = await invoiceOf(tenant);
    await tenant.inTenant((tx) =>
      recordOutsidePayment(tx, { invoiceId, amount, paymentStatus: "succeeded" }),
    );
  };

  it("come before and after the due date, each step once, with what is left to pay", async () => {
    const { tenant, subjects, mails: sent } = await owing([-3, 0, 7]);
    await world.travel(tenant, at("2026-02-16T00:00:00Z"));
    await pay(tenant, "4.00");
    await world.travel(tenant, at("2026-03-20T00:00:00Z"));
    const { number } = await invoiceOf(tenant);
    expect(await stepsOf(tenant)).toEqual([
      { step: -3, due: "2026-02-12 00:00", done: true, canceled: false },
      { step: 0, due: "2026-02-15 00:00", done: true, canceled: false },
      { step: 7, due: "2026-02-22 00:00", done: true, canceled: false },
    ]);
    expect(subjects().slice(1)).toEqual(
      Array.from({ length: 3 }, () =>
        expect.stringMatching(new RegExp(`^Reminder: Invoice ${number} from `)),
      ),
    );
    const [, before, , late] = sent().map((mail) => mail.text);
    expect(before).toContain("is due on February 15, 2026");
    expect(before).toContain("$10.00 due February 15, 2026");
    expect(late).toContain("was due on February 15, 2026, and we have not received your payment yet");
    expect(late).toContain("$6.00 was due February 15, 2026");
    expect(sent().every((mail) => mail.attachments.length === 1)).toBe(true);
    expect(await tenant.inTenant(planReminders)).toBe(0);
  });

  it("stop with the payment, which also calls off one that waits for its mail", async () => {
    const { tenant, subjects } = await owing([1, 20]);
    await world.travel(tenant, at("2026-02-16T00:00:00Z"));
    await moveClock(tenant, "2026-03-07T00:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(1);
    await pay(tenant, "10.00");
    expect(await stepsOf(tenant)).toMatchObject([
      { step: 1, done: true, canceled: false },
      { step: 20, done: false, canceled: true },
    ]);
    await world.drain();
    expect(subjects()).toHaveLength(2);
  });

  it("are not sent to a customer for whom they are paused, not even one that is on its way", async () => {
    const { tenant, customerId, subjects } = await owing([0, 5]);
    await world.travel(tenant, at("2026-02-14T00:00:00Z"));
    await moveClock(tenant, "2026-02-15T00:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(1);
    const pause = (remindersPaused: boolean) =>
      tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: customerId }, remindersPaused }));
    await pause(true);
    await world.drain();
    await moveClock(tenant, "2026-02-20T00:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(0);
    await pause(false);
    expect(await tenant.inTenant(planReminders)).toBe(1);
    await world.drain();
    expect(subjects()).toHaveLength(2);
  });

  it("wait while a payment is on its way, and are called off by a void that comes before the mail", async () => {
    const { tenant, subjects } = await owing([1, 3]);
    await world.travel(tenant, at("2026-02-15T12:00:00Z"));
    const { id: invoiceId } = await invoiceOf(tenant);
    const attempt = newId();
    await world.test.owner.query(
      `insert into payment_attempt (tenant_id, id, invoice_id, provider, method, amount_minor, currency, state)
       values ($1, $2, $3, 'stripe', 'us_bank_account', 1000, 'USD', 'processing')`,
      [tenant.tenantId, attempt, invoiceId],
    );
    await moveClock(tenant, "2026-02-16T12:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(0);
    await world.test.owner.query("update payment_attempt set state = 'failed' where id = $1", [attempt]);
    expect(await tenant.inTenant(planReminders)).toBe(1);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
    await world.drain();
    expect(await stepsOf(tenant)).toMatchObject([{ step: 1, done: false, canceled: true }]);
    expect(subjects()).toHaveLength(1);
  });

  it("of steps that were missed only the latest is sent, and none that is more than a week late", async () => {
    const { tenant } = await owing([1, 2, 3, 30]);
    await world.travel(tenant, at("2026-02-15T12:00:00Z"));
    await moveClock(tenant, "2026-02-18T12:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(1);
    await moveClock(tenant, "2026-04-01T00:00:00Z");
    expect(await tenant.inTenant(planReminders)).toBe(0);
    expect(await stepsOf(tenant)).toMatchObject([{ step: 3 }]);
  });

  it("are of one step once, however many look at the same time", async () => {
    const { tenant } = await owing([1]);
    await world.travel(tenant, at("2026-02-15T12:00:00Z"));
    await moveClock(tenant, "2026-02-16T12:00:00Z");
    const look = () =>
      tenant.inTenant((tx) => insertDueReminders(tx, { days: [1], timezone: "UTC", limit: 10 }));
    const found = await Promise.all([look(), look(), look(), look()]);
    expect(found.flat()).toHaveLength(1);
  });

  it("come at the hour of the due date on the tenant's clock, also across a change of that clock", async () => {
    const { tenant } = await owing([30], "America/New_York");
    await world.travel(tenant, at("2026-04-01T00:00:00Z"));
    // Due on 14 February at 19:00 in New York, midnight UTC; from 8 March on it is four hours behind.
    expect(await stepsOf(tenant)).toMatchObject([{ step: 30, due: "2026-03-16 23:00", done: true }]);
  });
});
