import { expect, test } from "@playwright/test";
import { dialOf, equal, exactly, majority, partsOf, planOf, withDefaults } from "../../src/model/dial";

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

test("what is applied unchanged is what was asked, to the last digit", () => {
  const shares = { n0: 51, ...Object.fromEntries(["n1", "n2", "n3", "n4", "n5"].map((n) => [n, 9.8])) };
  for (const plan of [{ mode: "demand", power: "paced" as const, hashrate: 9, shares, strategies: {} }, { mode: "interval", interval: 5, power: "real" as const, hashrate: 9, shares, strategies: {} }])
    expect(planOf(dialOf(plan, Object.keys(shares), 7))).toEqual(plan);
});

test("a node can have exactly so many percent, and the others keep their proportion", () => {
  const dial = exactly(dialOf({ shares: { n0: 20, n1: 60, n2: 20 } }, nodes, 7), "n1", 40);
  expect([...partsOf(dial).values()].map((p) => p.toFixed(3))).toEqual(["0.300", "0.400", "0.300"]);
  expect([...exactly(exactly(dial, "n0", 100), "n0", 50).shares.values()], "those with nothing are alike").toEqual([50, 25, 25]);
});

test("a strategy that a node was told beside the plan stays, and a double spend is no part of one", () => {
  const power = (node: string, strategy: object) => ({ node, share: null, achieved: null, pending: false, mining: { hashrate: 1, strategy: { name: "honest", withheld: 2, ...strategy } } });
  const powers = [power("n0", { name: "double-spend", merchant: "alice" }), power("n1", { name: "trail-stubborn", trail: 2 }), power("n2", {})];
  const dial = dialOf({ strategies: { n2: { name: "selfish" } } }, nodes, 7, powers);
  expect([...dial.strategies.keys()]).toEqual(["n0", "n1"]);
  expect(planOf(dial).strategies).toEqual({ n1: { name: "trail-stubborn", trail: 2 } });
  const ended = { ...dial, strategies: new Map([...dial.strategies, ["n0", { name: "honest" }]]) };
  expect(planOf(ended).strategies?.n0, "who is to be honest is named").toEqual({ name: "honest" });
  expect(dialOf({}, nodes, 7, [power("n0", { name: "double-spend", outcome: "won" })]).strategies.size).toBe(0);
});
