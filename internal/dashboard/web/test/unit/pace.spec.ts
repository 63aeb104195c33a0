import { expect, test } from "@playwright/test";
import { restAfter } from "../../src/model/pace";

test("a picture that came at once is followed by the next at once, one that took long by a rest", () => {
  expect(restAfter(5)).toBe(0);
  expect(restAfter(17)).toBe(0);
  expect(restAfter(42)).toBe(100);
});

test("news are never long in coming, however slow the machine is", () => {
  expect(restAfter(10_000)).toBe(500);
});
