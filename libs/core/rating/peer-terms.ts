import type { ChargeModel, Price, Tier } from "../price/price.ts";

/** Reads the terms of a charge model as the tables of peer facts write them. */
export function readTerms(model: string, terms: string): ChargeModel {
  switch (model) {
    case "flat":
      return { model, amount: terms };
    case "per_unit":
      return { model, unitAmount: terms };
    case "package": {
      const [amount = "", , size = "", rounding] = terms.split(" ");
      return { model, amount, size, rounding: rounding === "down" ? "down" : "up" };
    }
    case "graduated":
    case "volume":
      return { model, tiers: terms.split(" ").map(readTier) };
    case "stairstep": {
      const tiers = terms.split(" ").map(readTier);
      return { model, tiers: tiers.map(({ upTo, flatAmount = "0" }) => ({ upTo, flatAmount })) };
    }
    case "graduated_percentage": {
      const tiers = terms.split(" ").map(readTier);
      return {
        model,
        tiers: tiers.map(({ unitAmount: rate = "", upTo, ...tier }) => ({ upTo, rate, ...tier })),
      };
    }
    case "percentage":
      return readPercentage(terms);
    default:
      throw new Error(`the table has an unknown model ${model}`);
  }
}

function readTier(text: string): Tier {
  const [, upTo = "", unitAmount = "", flatAmount, packageSize] =
    /^([^=]+)=([\d.]+)(?:\+([\d.]+))?(?:\/([\d.]+))?$/.exec(text) ?? [];
  return {
    upTo: upTo === "*" ? null : upTo,
    unitAmount,
    ...(flatAmount === undefined ? {} : { flatAmount }),
    ...(packageSize === undefined ? {} : { packageSize }),
  };
}

/** `1.3 +2.0 free=3/250 each=1.75..12`, `-` where there is none. */
function readPercentage(text: string): ChargeModel {
  const [, rate = "", fixedAmount = "", freeEvents = "-", freeAmount = "-", minimum = "-", maximum = "-"] =
    /^(\S+) \+(\S+) free=([^/]+)\/(\S+) each=([\d.]+|-)\.\.(\S+)$/.exec(text) ?? [];
  return {
    model: "percentage",
    ...{ rate, fixedAmount },
    ...(freeEvents === "-" ? {} : { freeEvents: Number(freeEvents) }),
    ...(freeAmount === "-" ? {} : { freeAmount }),
    ...(minimum === "-" ? {} : { minimumPerEvent: minimum }),
    ...(maximum === "-" ? {} : { maximumPerEvent: maximum }),
  };
}

/** Reads `included=10, mode=free_tier, transform=1000 up, negative=zero, minimum=1, maximum=5, zero=nothing`. */
export function readOptions(text: string): Partial<Price> {
  const options = new Map(
    text.split(", ").map((option) => option.split("=") as [string, string | undefined]),
  );
  const [included, minimum, maximum] = [
    options.get("included"),
    options.get("minimum"),
    options.get("maximum"),
  ];
  const [divideBy, round] = options.get("transform")?.split(" ") ?? [];
  return {
    ...(included === undefined ? {} : { includedUnits: included }),
    ...(options.get("mode") === "free_tier" ? { includedMode: "free_tier" } : {}),
    ...(divideBy === undefined
      ? {}
      : { transformQuantity: { divideBy, round: round === "up" || round === "down" ? round : "none" } }),
    ...(options.get("negative") === "zero" ? { negativeQuantity: "zero" } : {}),
    ...(minimum === undefined ? {} : { minimumAmount: minimum }),
    ...(maximum === undefined ? {} : { maximumAmount: maximum }),
    ...(options.get("zero") === "nothing" ? { zeroUsage: "nothing" } : {}),
  };
}
