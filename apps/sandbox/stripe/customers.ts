import { randomId } from "../random-id.ts";
import { formToPlain } from "./form-body.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { attachPaymentMethod, customersPaymentMethod } from "./payment-methods.ts";
import { parameterError } from "./stripe-error.ts";
import { answer, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Customer } from "./stripe-tables.ts";

const invoiceSettings = params.group({
  default_payment_method: params.textOrUnset(),
  footer: params.textOrUnset(),
  custom_fields: params.unsupported,
  rendering_options: params.unsupported,
});

const writable = {
  name: params.textOrUnset(256),
  business_name: params.textOrUnset(150),
  individual_name: params.textOrUnset(150),
  email: params.textOrUnset(512),
  description: params.textOrUnset(),
  phone: params.textOrUnset(),
  address: params.anything,
  shipping: params.anything,
  preferred_locales: params.listOf(params.text()),
  tax_exempt: params.oneOf("none", "exempt", "reverse", ""),
  balance: params.integer,
  invoice_prefix: params.text(12),
  next_invoice_sequence: params.integer,
  invoice_settings: invoiceSettings,
  metadata: params.metadata,
  cash_balance: params.unsupported,
  tax: params.unsupported,
  source: params.unsupported,
  default_source: params.unsupported,
  test_clock: params.unsupported,
  validate: params.flag,
} satisfies params.ParamShape;

const creatable = { ...writable, payment_method: params.text(), tax_id_data: params.anything };

export const customerRoutes: readonly StripeRoute[] = [
  {
    method: "POST",
    path: "/v1/customers",
    handle: ({ tx, form }) => {
      const input = params.readParams(form, creatable);
      let customer = tx.put("customer", changeCustomer(newCustomer(tx), input));
      if (input.payment_method !== undefined) attachPaymentMethod(tx, input.payment_method, customer);
      customer = tx.put("customer", withDefaultPaymentMethod(tx, customer, input.invoice_settings));
      tx.emit("customer.created", customer);
      return answer(customer);
    },
  },
  {
    method: "POST",
    path: "/v1/customers/:id",
    handle: (call) => {
      const input = params.readParams(call.form, writable);
      const changed = changeCustomer(rowOfPath(call, "customer"), input);
      const customer = call.tx.put(
        "customer",
        withDefaultPaymentMethod(call.tx, changed, input.invoice_settings),
      );
      call.tx.emit("customer.updated", customer);
      return answer(customer);
    },
  },
  {
    method: "GET",
    path: "/v1/customers/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "customer"));
    },
  },
  {
    method: "DELETE",
    path: "/v1/customers/:id",
    handle: (call) => {
      const customer = rowOfPath(call, "customer");
      call.tx.remove("customer", customer.id);
      for (const method of call.tx.all("payment_method")) {
        if (method.customer === customer.id) call.tx.put("payment_method", { ...method, customer: null });
      }
      call.tx.emit("customer.deleted", customer);
      return answer({ id: customer.id, object: "customer", deleted: true });
    },
  },
  {
    method: "GET",
    path: "/v1/customers",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        email: params.text(),
        created: params.timeRange,
        test_clock: params.unsupported,
      });
      const rows = tx
        .all("customer")
        .reverse()
        .filter((row) => input.email === undefined || row.email === input.email)
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

function newCustomer(tx: StripeTx): Customer {
  return {
    id: randomId("cus_", 14),
    object: "customer",
    address: null,
    balance: 0,
    created: tx.now,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomId("", 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}

function changeCustomer(customer: Customer, input: params.Params<typeof writable>): Customer {
  if (typeof input.email === "string" && !/^[^\s@]+@[^\s@]+$/.test(input.email)) {
    throw parameterError(`Invalid email address: ${input.email}`, { code: "email_invalid", param: "email" });
  }
  const given: object = Object.fromEntries(
    (
      [
        "name",
        "business_name",
        "individual_name",
        "email",
        "description",
        "phone",
        "preferred_locales",
      ] as const
    )
      .filter((key) => input[key] !== undefined)
      .map((key) => [key, input[key]]),
  );
  const numbers = {
    ...(input.balance === undefined ? {} : { balance: input.balance }),
    ...(input.invoice_prefix === undefined ? {} : { invoice_prefix: input.invoice_prefix }),
    ...(input.next_invoice_sequence === undefined
      ? {}
      : { next_invoice_sequence: input.next_invoice_sequence }),
    ...(input.tax_exempt === undefined
      ? {}
      : { tax_exempt: input.tax_exempt === "" ? ("none" as const) : input.tax_exempt }),
  };
  const opaque = {
    ...(input.address === undefined
      ? {}
      : { address: plainOrNull(input.address) as Exclude<Customer["address"], undefined> }),
    ...(input.shipping === undefined
      ? {}
      : { shipping: plainOrNull(input.shipping) as Customer["shipping"] }),
  };
  return {
    ...customer,
    ...given,
    ...numbers,
    ...opaque,
    metadata: params.changeMetadata(customer.metadata, input.metadata),
  };
}

function plainOrNull(value: Parameters<typeof formToPlain>[0]): unknown {
  return value === "" ? null : formToPlain(value);
}

function withDefaultPaymentMethod(
  tx: StripeTx,
  customer: Customer,
  settings: params.Params<typeof writable>["invoice_settings"],
): Customer {
  if (settings === undefined) return customer;
  const { default_payment_method: wanted, footer } = settings;
  const chosen =
    typeof wanted === "string"
      ? customersPaymentMethod(tx, customer, wanted, "invoice_settings[default_payment_method]").id
      : wanted;
  return {
    ...customer,
    invoice_settings: {
      ...customer.invoice_settings,
      ...(chosen === undefined ? {} : { default_payment_method: chosen }),
      ...(footer === undefined ? {} : { footer }),
    },
  };
}
