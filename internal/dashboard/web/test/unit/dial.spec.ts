import { expect, test } from "@playwright/test";
import { dialOf, equal, majority, partsOf, planOf, withDefaults } from "../../src/model/dial";

const nodes = ["n0", "n1", "n2"];

test("what is asked is on the sliders, and asked again as it was", () => {
  const plan = { power: "paced" as const, hashrate: 5000, shares: { n0: 50, n1: 30, n2: 20 }, strategies: { n2: { name: "selfish" } }, mode: "continuous" };
  const dial = dialOf(plan, nodes, 7);
  expect([...dial.shares.values()]).toEqual([50, 30, 20]);
  expect(planOf(dial)).toEqual({ mode: "continuous", power: "paced", hashrate: 5000, shares: plan.shares, strategies: { n2: { name: "selfish" } } });
});

test("shares of whatever unit are in percent, and where none are asked all have as much", () => {
  expect([...dialOf({ shares: { n0: 0.5, n1: 0.25, n2: 0.25 } }, nodes, 7).shares.values()]).toEqual([50, 25, 25]);
  expect([...dialOf({ shares: { n0: 3000, n1: 1000 } }, nodes, 7).shares.values()]).toEqual([75, 25, 0]);
  expect([...partsOf(dialOf({}, nodes, 7)).values()].map((p) => p.toFixed(3))).toEqual(["0.333", "0.333", "0.333"]);
});

test("a node can have 51 of 100, or all as much", () => {
  const dial = majority(dialOf({}, nodes, 7), "n1");
  expect(partsOf(dial).get("n1")).toBeCloseTo(0.51, 9);
  expect(partsOf(equal(dial)).get("n1")).toBeCloseTo(1 / 3, 9);
});

test("who is honest, or gone, has no strategy", () => {
  const dial = dialOf({ strategies: { n0: { name: "honest" }, n9: { name: "selfish" }, n1: withDefaults("withhold") } }, nodes, 7);
  expect(planOf(dial).strategies).toEqual({ n1: { name: "withhold", blocks: 2 } });
});

test("a hash rate is asked in any case: what is achieved, or what finds a block in two seconds", () => {
  expect([planOf(dialOf({}, nodes, 7)).hashrate, planOf(dialOf({}, nodes, 0)).hashrate, planOf(dialOf({ hashrate: 50 }, nodes, 7)).hashrate]).toEqual([7, 131_072, 50]);
});
