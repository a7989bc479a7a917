import { brandColors } from "./pay-color.ts";

describe("the colours of the page", () => {
  test.each([
    ["#0a2540", "#0a2540", "#ffffff"],
    ["#FFD400", "#3d4eac", "#ffffff"],
    ["#f59e0b", "#f59e0b", "#16202e"],
    ["#06c", "#06c", "#ffffff"],
    ["#fff", "#3d4eac", "#ffffff"],
    [null, "#3d4eac", "#ffffff"],
    ["red;}body{display:none", "#3d4eac", "#ffffff"],
  ])("of %s are %s with %s on it", (color, brand, onBrand) => {
    expect(brandColors(color)).toEqual({ brand, onBrand });
  });
});
