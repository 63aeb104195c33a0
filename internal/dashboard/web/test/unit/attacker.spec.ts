import { expect, test } from "@playwright/test";
import type { NodePower, PlanForm } from "../../src/api/mining";
import { attackerOf } from "../../src/model/attacker";
import { reversal } from "../../src/model/reversal";

const power = (node: string, share: number | null, achieved: number | null, strategy: object = {}): NodePower => ({
  node, share, achieved, pending: false, mining: { hashrate: 1, strategy: { name: "honest", withheld: 0, ...strategy } },
});
const form = (...nodes: NodePower[]): PlanForm => ({ plan: null, nodes, hashrate: 1 });
const won = new Map([["n1", 9], ["n2", 1]]);

test("an attacker's share is of the hash power now, and of the blocks won only where nothing else is known", () => {
  expect(attackerOf(form(power("n0", 0.2, 0.6), power("n1", 0.8, 0.4)), won, "t")).toEqual({ node: "n0", share: 0.6, from: "rates" });
  expect(attackerOf(form(power("n0", 0.2, null), power("n1", 0.8, 0)), won, "t")).toEqual({ node: "n1", share: 0.8, from: "plan" });
  expect(attackerOf(form(power("n0", null, null)), won, "t")).toEqual({ node: "n1", share: 0.9, from: "blocks" });
  expect(attackerOf(null, new Map(), "t")).toEqual({ node: "", share: 0.3, from: "example" });
});

test("who double spends a transfer is its attacker, and undoes it for certain with more than half", () => {
  const attack = { name: "double-spend", payment: "t" };
  const nodes = form(power("n0", 0.51, 0.3), power("n1", 0.2, 0.6, attack), power("n2", 0.2, 0.1));
  const attacker = attackerOf(nodes, won, "t");
  expect(attacker).toEqual({ node: "n1", share: 0.6, from: "attack" });
  expect(reversal(attacker.share, 50)).toBe(1);
  expect(attackerOf(form(power("n0", null, 0.3, attack), power("n1", null, 0.7)), won, "t").node, "weaker than another one").toBe("n0");
  expect(attackerOf(form(power("n0", null, 0.3, attack), power("n1", null, 0.7)), won, "other").node).toBe("n1");
  expect(attackerOf(form(power("n0", null, 0.3, { ...attack, outcome: "won" }), power("n1", null, 0.7)), won, "t").node).toBe("n1");
});
