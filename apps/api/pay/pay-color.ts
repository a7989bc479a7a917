const fallback = "#3d4eac";
const dark = "#16202e";
const white = "#ffffff";

export type BrandColors = { readonly brand: string; readonly onBrand: string };

/**
 * The tenant's colour and what can be read on it: white or nearly black, whichever stands out more. A colour that is no
 * `#rgb` or `#rrggbb`, or so light that a button would vanish on white paper, gives way to ours.
 */
export function brandColors(color: string | null | undefined): BrandColors {
  const brand =
    color != null && isHex(color) && contrast(color, white) >= 1.6 ? color.toLowerCase() : fallback;
  return { brand, onBrand: contrast(brand, white) >= 4 ? white : dark };
}

function isHex(color: string): boolean {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color);
}

/** Contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [light = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const digits = color.slice(1);
  const wide = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(wide.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
