import { expect, test } from "@playwright/test";
import { colourAt, fastest, placeOf, slowest } from "../../src/model/ramp";

// luminance is that of WCAG 2.1.
function luminance(place: number): number {
  const [r, g, b] = colourAt(place).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("each colour is lighter than the one before", () => {
  for (let i = 1; i <= 100; i++) expect(luminance(i / 100)).toBeGreaterThan(luminance((i - 1) / 100));
});

test("the ramp is logarithmic between its ends, and ends there", () => {
  expect([0, fastest, 10, 100, 1000, slowest, 1e9].map((ms) => placeOf(ms).toFixed(2))).toEqual(["0.00", "0.00", "0.25", "0.50", "0.75", "1.00", "1.00"]);
  expect(colourAt(-1)).toEqual(colourAt(0));
  expect(colourAt(2)).toEqual(colourAt(1));
});
