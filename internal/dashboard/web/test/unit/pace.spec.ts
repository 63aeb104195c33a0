import { expect, test } from "@playwright/test";
import { Motion, restAfter, Slides } from "../../src/model/pace";

test("a picture that came at once is followed by the next soon, one that took long by a rest", () => {
  expect(restAfter(5)).toBe(50);
  expect(restAfter(17)).toBe(50);
  expect(restAfter(42)).toBe(100);
});

test("news are never long in coming, however slow the machine is", () => {
  expect(restAfter(10_000)).toBe(500);
});

// movement draws for so many ms from a time on, and returns how many frames that were.
function movement(motion: Motion, from: number, ms: number): number {
  let frames = 0;
  for (let at = from; at < from + ms; at += motion.drawn(at)) frames++;
  return frames;
}

test("what moves once is smooth, and what goes on and on is drawn less often, until it has rested", () => {
  const motion = new Motion();
  expect(movement(motion, 0, 600), "one pulse").toBe(30);
  expect(movement(motion, 600, 6000) / 6, "a second, of many").toBeLessThan(20);
  expect(movement(motion, 10_000, 600), "after a rest").toBe(30);
});

test("what moves seldom slides, what moves often is there at once, and slides again after a rest", () => {
  const slides = new Slides();
  const sliding = (from: number, apart: number) => Array.from({ length: 10 }, (_, i) => slides.moved(from + i * apart)).filter(Boolean).length;
  expect(sliding(0, 1000), "a block a second").toBe(10);
  expect(sliding(20_000, 250), "four").toBe(3);
  expect(sliding(40_000, 1000), "after a rest").toBe(10);
});
