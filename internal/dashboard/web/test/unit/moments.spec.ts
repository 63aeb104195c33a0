import { expect, test } from "@playwright/test";
import { Moments } from "../../src/model/moments";

test("a time leads to the last event up to it, and back", () => {
  const m = new Moments();
  expect(m.offsetAt(5)).toBe(0);
  for (let i = 1; i <= 100; i++) m.note(i, i * 1000);
  expect(m.offsetAt(0)).toBe(1);
  expect(m.offsetAt(50_000)).toBe(50);
  expect(m.offsetAt(50_999)).toBe(50);
  expect(m.offsetAt(1e9)).toBe(100);
  expect(m.timeOf(50)).toBe(50_000);
  expect(m.timeOf(1000)).toBe(100_000);
});

test("many events cost little, and the newest stays known", () => {
  const m = new Moments();
  for (let i = 1; i <= 200_000; i++) m.note(i, i * 70);
  expect(m.offsetAt(200_000 * 70)).toBe(200_000);
  for (const at of [1e5, 5e6, 1e7]) expect(Math.abs(m.offsetAt(at) - at / 70)).toBeLessThan(200);
  expect((m as unknown as { kept: unknown[] }).kept.length).toBeLessThanOrEqual(4000);
});
