import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Changes } from "../../src/model/reorgs";

// The report is held to the same cases.
interface Case {
  name: string;
  parents: Record<string, string>;
  reorgs: { node: string; from: string; depth: number }[];
  forks: { depth: number; nodes: string[] }[];
}

const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../report/testdata/forks.json"), "utf8"));

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

for (const { name, parents, reorgs, forks } of cases) {
  test(name, () => {
    const changes = new Changes(10);
    for (const r of reorgs) changes.add(reorg(r.node, r.from, r.depth), (hash) => parents[hash]);
    expect(changes.last.map((c) => ({ depth: c.depth, nodes: c.reorgs.map((r) => r.node) }))).toEqual(forks);
    expect(changes.count).toBe(forks.length);
  });
}

test("the reorgs of each node are counted", () => {
  const changes = new Changes(10);
  const deep = reorg("n0", "a3", 3);
  for (const r of [reorg("n0", "b1", 1), deep, reorg("n1", "a3", 3)]) changes.add(r, () => undefined);
  expect(changes.deepest).toBe(3);
  expect(changes.at("n0")).toEqual({ count: 2, deepest: 3 });
  expect(changes.at("n9")).toEqual({ count: 0, deepest: 0 });
  expect(changes.of(deep.offset)!.reorgs.map((r) => r.node)).toEqual(["n0", "n1"]);
});

test("all are counted, the last are kept", () => {
  const changes = new Changes(3);
  for (let i = 0; i < 10; i++) changes.add(reorg("n0", `x${i}`, 1), () => undefined);
  expect(changes.count).toBe(10);
  expect(changes.last.map((c) => c.left)).toEqual(["x7", "x8", "x9"]);
});
