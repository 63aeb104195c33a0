import { expect, test } from "@playwright/test";
import { reversal, safeAfter } from "../../src/model/reversal";

// Rosenfeld (2012), table 1: the probability of a successful double spend, in percent, by
// the attacker's share and the number of confirmations.
const published: [q: number, percents: number[]][] = [
  [0.02, [4, 0.237, 0.016, 0.001]],
  [0.1, [20, 5.6, 1.712, 0.546, 0.178, 0.059, 0.02, 0.007, 0.002, 0.001]],
  [0.2, [40, 20.8, 11.584, 6.669, 3.916, 2.331, 1.401, 0.848, 0.516, 0.316]],
  [0.3, [60, 43.2, 32.616, 25.207, 19.762, 15.645, 12.475, 10.003, 8.055, 6.511]],
  [0.4, [80, 70.4, 63.488, 57.958, 53.314, 49.3, 45.769, 42.621, 39.787, 37.218]],
  [0.48, [96, 94.003, 92.508, 91.264, 90.177, 89.201, 88.307, 87.478, 86.703, 85.972]],
];

test("the chance is that of the published table", () => {
  for (const [q, percents] of published) {
    for (const [i, percent] of percents.entries()) expect(100 * reversal(q, i + 1), `${q}, ${i + 1} confirmations`).toBeCloseTo(percent, 2);
  }
});

test("half of the hash power always wins, none never does, and without a confirmation nothing is safe", () => {
  expect([reversal(0.5, 100), reversal(0.7, 3), reversal(0, 1)]).toEqual([1, 1, 0]);
  expect(reversal(0.1, 0)).toBe(1);
});

// Rosenfeld, table 2: confirmations that have the chance be below 0.1 %.
test("how many confirmations are safe is as published", () => {
  const tenth = new Map([[0.02, 3], [0.1, 6], [0.2, 13], [0.3, 32], [0.4, 133]]);
  for (const [q, z] of tenth) expect(safeAfter(q, 0.001), String(q)).toBe(z);
  expect([safeAfter(0.5, 0.001), safeAfter(0.49, 0.001)]).toEqual([null, null]);
});
