import { z } from "zod";
import type { Price } from "#libs/core/price/price.ts";

/** A price as it is stored with a line that it made. */
export const isStoredPrice = z.custom<Price>(
  (value) => value !== null && typeof value === "object" && "chargeModel" in value && "kind" in value,
);
