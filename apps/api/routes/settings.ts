import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import {
  parseSettings,
  settingsToWire,
  settingsWire,
  updateSettingsBody,
} from "#libs/billing/wire/settings-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { assertPrintable } from "../assert-printable.ts";
import { defineRoute, type Route } from "../define-route.ts";

const settings = settingsWire.meta({ id: "Settings" });
const tag = "Settings";

const get = defineRoute({
  method: "get",
  path: "/v1/settings",
  tag,
  summary: "Get the settings",
  access: "read",
  response: { status: 200, schema: settings },
  errors: [],
  example: {},
  transaction: async (tx) => ({ body: settingsToWire(await currentSettings(tx)) }),
});

const update = defineRoute({
  method: "patch",
  path: "/v1/settings",
  tag,
  summary: "Change the settings",
  description:
    "What is left out stays, within brand too. Each invoice keeps the version it was drafted with.",
  access: "admin",
  body: updateSettingsBody,
  bodyLimit: 1024 * 1024,
  response: { status: 200, schema: settings },
  errors: [
    "version_conflict",
    "timezone_unknown",
    "locale_unknown",
    "currency_unknown",
    "currency_withdrawn",
    "invoice_number_template_invalid",
  ],
  example: { body: { payment_terms_days: 14, brand: { name: "Northwind Ltd", color: "#0b5c8a" } } },
  transaction: async (tx, { body, ifMatch }) => {
    const { logo: _picture, ...printed } = body.brand ?? {};
    await assertPrintable("brand", printed);
    const change = parseSettings(body);
    return { body: settingsToWire(await updateSettings(tx, { change, ...defined({ ifVersion: ifMatch }) })) };
  },
});

export const settingsRoutes: readonly Route[] = [get, update];
