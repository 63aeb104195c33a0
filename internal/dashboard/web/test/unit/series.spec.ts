import { expect, test } from "@playwright/test";
import { Series } from "../../src/model/series";

test("a day of points fits, evenly, with the newest in it", () => {
  const series = new Series<{ at: number }>(3600, 1000);
  const day = 24 * 3600;
  let most = 0;
  let oldest = 0; // that a newest point was
  for (let s = 0; s < day; s++) {
    series.add({ at: s * 1000 });
    most = Math.max(most, series.points.length);
    oldest = Math.max(oldest, s * 1000 - series.points[series.points.length - 1]!.at);
  }
  expect(most).toBeLessThan(3600);
  expect(oldest).toBeLessThan(series.step);
  expect(series.points.length).toBeGreaterThan(1700);
  const gaps = series.points.slice(1).map((p, i) => p.at - series.points[i]!.at);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * series.step);
  expect(Math.min(...gaps)).toBeGreaterThan(0);
});

test("points that come sooner than the step are left out", () => {
  const series = new Series<{ at: number }>(10, 1000);
  for (const at of [0, 400, 999, 1000, 1500, 2100]) series.add({ at });
  expect(series.points.map((p) => p.at)).toEqual([0, 1000, 2100]);
  expect(series.due(3000)).toBe(false);
  expect(series.due(3100)).toBe(true);
});

test("halving leaves the newest point", () => {
  const series = new Series<{ at: number }>(4, 1);
  for (const at of [1, 2, 3, 4]) series.add({ at });
  expect(series.points.map((p) => p.at)).toEqual([2, 4]);
  expect(series.step).toBe(2);
});
