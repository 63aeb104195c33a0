import { expect, test } from "@playwright/test";
import { Changes } from "../../src/model/reorgs";

const parents = new Map([["a3", "a2"], ["a2", "a1"], ["a1", "0"], ["b2", "b1"], ["b1", "0"]]);
const parent = (hash: string) => parents.get(hash);

let offset = 0;
const reorg = (node: string, from: string, depth: number) => ({
  offset: ++offset,
  at: offset,
  node,
  data: {
    from: { hash: from, index: depth }, to: { hash: "to", index: depth + 1 }, fork: { hash: "0", index: 0 },
    depth, miner: "", returned: 0, dropped: 0, held: 0,
  },
});

test("nodes that leave one branch are one change, at whichever of its blocks they were", () => {
  const changes = new Changes(10);
  for (const r of [reorg("n0", "a3", 3), reorg("n1", "a2", 2), reorg("n2", "a1", 1)]) changes.add(r, parent);
  expect(changes.count).toBe(1);
  expect(changes.deepest).toBe(3);
  expect(changes.at("n1")).toEqual({ count: 1, deepest: 2 });
  expect(changes.at("n9")).toEqual({ count: 0, deepest: 0 });
  expect(changes.last[0]!.reorgs.map((r) => r.node)).toEqual(["n0", "n1", "n2"]);
});

test("another branch is another change, and so is the same one when a node leaves it again", () => {
  const changes = new Changes(10);
  const again = reorg("n0", "a2", 2);
  for (const r of [reorg("n0", "a1", 1), reorg("n0", "b1", 1), again, reorg("n1", "a2", 2)]) changes.add(r, parent);
  expect(changes.count).toBe(3);
  expect(changes.of(again.offset)!.reorgs.map((r) => r.node)).toEqual(["n0", "n1"]);
});

test("a branch whose blocks are not known is told by its tip", () => {
  const changes = new Changes(10);
  for (const r of [reorg("n0", "c9", 4), reorg("n1", "c9", 4), reorg("n2", "c8", 3)]) changes.add(r, parent);
  expect(changes.count).toBe(2);
});

test("all are counted, the last are kept", () => {
  const changes = new Changes(3);
  for (let i = 0; i < 10; i++) changes.add(reorg("n0", `x${i}`, 1), parent);
  expect(changes.count).toBe(10);
  expect(changes.last.map((c) => c.left)).toEqual(["x7", "x8", "x9"]);
});
