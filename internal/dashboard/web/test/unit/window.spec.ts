import { expect, test } from "@playwright/test";
import { part } from "../../src/model/window";

test("the rows in sight are drawn, and few more", () => {
  for (const rows of [0, 1, 5, 30, 1000, 100_000]) {
    for (const top of [0, 10, 23, 460, 23 * rows - 300, 23 * rows]) {
      if (top < 0) continue;
      const { first, end } = part(top, 300, 23, rows);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(rows);
      expect(end - first).toBeLessThanOrEqual(25);
      for (let y = top; y < top + 300; y += 5) {
        const row = Math.floor(y / 23);
        if (row < rows) expect(row >= first && row < end, `${rows} rows, ${top} px: row ${row} of ${first} to ${end}`).toBe(true);
      }
    }
  }
});

test("a list that became shorter than where one was is drawn all the same", () => {
  const { first, end } = part(10_000, 300, 23, 3);
  expect([first, end]).toEqual([0, 3]);
});
