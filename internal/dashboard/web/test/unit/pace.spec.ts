import { expect, test } from "@playwright/test";
import { Budget, Flow, Motion, restAfter, Slides } from "../../src/model/pace";

test("a picture that came at once is followed by the next soon, one that took long by a rest", () => {
  expect(restAfter(5)).toBe(50);
  expect(restAfter(17)).toBe(50);
  expect(restAfter(42)).toBe(100);
});

test("news are never long in coming, however slow the machine is", () => {
  expect(restAfter(10_000)).toBe(500);
});

// pictures draws from a time to another as often as the budget lets it, each in so many ms, and
// returns how often that was.
function pictures(budget: Budget, from: number, to: number, took: number): number {
  let count = 0;
  for (let at = from; at < to; at += 10) {
    if (budget.wait(at) > 0) continue;
    budget.spend(at, took);
    count++;
  }
  return count;
}

test("a budget has what is rare be seen at once, and what happens all the time take a small part of the time", () => {
  const budget = new Budget();
  expect(pictures(budget, 0, 100, 10), "at once").toBe(2);
  expect(pictures(budget, 100, 10_100, 10), "in ten seconds").toBe(10);
  expect(pictures(budget, 20_000, 20_100, 10), "after a rest").toBe(2);
});

test("a budget has pictures be neither many nor long in coming, however fast or slow the machine is", () => {
  expect(pictures(new Budget(), 0, 10_000, 0.1)).toBeLessThanOrEqual(42);
  expect(pictures(new Budget(), 0, 10_000, 10_000)).toBeGreaterThanOrEqual(4);
});

test("there is no debt of a time without a budget", () => {
  const budget = new Budget();
  for (let at = 0; at < 10_000; at += 100) budget.spend(at, 10);
  expect(budget.wait(10_000)).toBeLessThan(1000);
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

test("a flood is more than sixty events a second, for two seconds", () => {
  const flow = new Flow();
  expect(flow.floods(0, 120)).toBe(false);
  expect(flow.floods(100, 1)).toBe(true);
  expect(flow.floods(2000, 1), "the first part is past").toBe(false);
});
