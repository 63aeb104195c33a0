import { expect, test } from "@playwright/test";
import { BlockCounts, type Found } from "../../src/model/blockcounts";

// block makes one from its name: its height, and a letter for its branch.
const block = (name: string, on: string, node = "n0"): Found => ({
  hash: name, previous_hash: on, index: parseInt(name, 10), node, at: 1000 * parseInt(name, 10), work: 10,
});
const tip = (name: string) => ({ hash: name, index: parseInt(name, 10) });

test("a branch that is outrun is stale, and is not when the chain goes over to it", () => {
  const counts = new BlockCounts();
  for (const [name, on] of [["1a", "0"], ["2a", "1a"], ["2b", "1a"], ["3b", "2b"]] as const) counts.add(block(name, on, name.slice(1)));
  counts.follow(tip("2a"));
  expect(counts.stale(), "3b is not outrun").toEqual({ blocks: 1, work: 10 });
  counts.follow(tip("3b"));
  expect(counts.stale()).toEqual({ blocks: 1, work: 10 });
  expect(counts.won()).toEqual(new Map([["a", 1], ["b", 2]]));
  counts.add(block("3a", "2a", "a"));
  counts.add(block("4a", "3a", "a"));
  counts.follow(tip("4a"));
  expect(counts.stale()).toEqual({ blocks: 2, work: 20 });
  expect(counts.all).toEqual({ blocks: 6, work: 60 });
});

test("when most nodes are at a lower block again, those above it are not outrun", () => {
  const counts = new BlockCounts();
  for (const [name, on] of [["1", "0"], ["2", "1"], ["3", "2"]] as const) counts.add(block(name, on));
  counts.follow(tip("3"));
  counts.follow(tip("1"));
  expect(counts.stale().blocks).toBe(0);
  expect(counts.won().get("n0")).toBe(1);
});

test("a tip that is known before its block counts when the block comes", () => {
  const counts = new BlockCounts();
  counts.follow(tip("1"));
  counts.add(block("1", "0"));
  counts.follow(tip("1"));
  expect(counts.won().get("n0")).toBe(1);
});

test("a block counts once, and its miner and its work are learned later", () => {
  const counts = new BlockCounts();
  counts.add({ ...block("1", "0", ""), work: 0 });
  counts.add(block("1", "0", "n4"));
  counts.add(block("1", "0", "n5"));
  counts.follow(tip("1"));
  expect(counts.all).toEqual({ blocks: 1, work: 10 });
  expect(counts.won()).toEqual(new Map([["n4", 1]]));
});

test("blocks that are no longer kept stay counted", () => {
  const counts = new BlockCounts(10);
  let on = "0";
  for (let height = 1; height <= 40; height++) {
    counts.add(block(`${height}`, on));
    if (height % 4 === 0) counts.add(block(`${height}x`, on));
    on = `${height}`;
    counts.follow(tip(on));
  }
  expect(counts.all.blocks).toBe(50);
  expect(counts.stale()).toEqual({ blocks: 10, work: 100 });
});

test("blocks that are no longer kept are no news", () => {
  const counts = new BlockCounts(10);
  for (let height = 1; height <= 40; height++) counts.add(block(`${height}`, `${height - 1}`));
  expect([1, 30, 40, 41].map((height) => counts.isNews(tip(`${height}`)))).toEqual([false, false, false, true]);
});

test("blocks are won from a time on, those of the best chain", () => {
  const counts = new BlockCounts();
  for (const [name, on, node] of [["1", "0", "n0"], ["2", "1", "n0"], ["2x", "1", "n1"], ["3", "2", "n1"]] as const) counts.add(block(name, on, node));
  counts.follow(tip("3"));
  expect(counts.won(2000)).toEqual(new Map([["n0", 1], ["n1", 1]]));
  expect(counts.won(2001)).toEqual(new Map([["n1", 1]]));
});

test("the blocks since a time come newest first", () => {
  const counts = new BlockCounts();
  for (const name of ["1", "2", "3"]) counts.add(block(name, "0"));
  expect([...counts.since(1000)].map((b) => b.hash)).toEqual(["3", "2"]);
});
