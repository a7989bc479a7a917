import { z } from "zod";

/** A part of a line's quantity and its price; amounts in major units, not rounded. */
export const lineTierWire = z
  .object({
    from: z.string().describe("Units before it"),
    up_to: z.string().nullable().describe("Its last unit; null: there is no end"),
    quantity: z.string(),
    unit_amount: z.string(),
    flat_amount: z.string(),
    amount: z.string(),
  })
  .meta({ id: "LineTier" });

/** One step from quantity to amount, or from lines to what is due, with the value before and after it. */
export const stepWire = z
  .object({
    name: z.string(),
    before: z.string(),
    after: z.string(),
    detail: z.string().describe("What it did, in words"),
    parts: z
      .array(z.object({ name: z.string(), amount: z.string(), detail: z.string() }))
      .optional()
      .describe("What `after` is made of, where it is more than one thing"),
  })
  .meta({ id: "CalculationStep" });
