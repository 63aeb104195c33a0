import { expect, test } from "@playwright/test";
import { Tally, type Found } from "../../src/model/tally";

// block makes one from its name: its height, and a letter for its branch.
const block = (name: string, on: string, node = "n0"): Found => ({
  hash: name, previous_hash: on, index: parseInt(name, 10), node, at: 1000 * parseInt(name, 10), work: 10,
});
const tip = (name: string) => ({ hash: name, index: parseInt(name, 10) });

test("a branch that is outrun is stale, and is not when the chain goes over to it", () => {
  const tally = new Tally();
  for (const [name, on] of [["1a", "0"], ["2a", "1a"], ["2b", "1a"], ["3b", "2b"]] as const) tally.add(block(name, on, name.slice(1)));
  tally.follow(tip("2a"));
  expect(tally.stale(), "3b is not outrun").toEqual({ blocks: 1, work: 10 });
  tally.follow(tip("3b"));
  expect(tally.stale()).toEqual({ blocks: 1, work: 10 });
  expect(tally.won()).toEqual(new Map([["a", 1], ["b", 2]]));
  tally.add(block("3a", "2a", "a"));
  tally.add(block("4a", "3a", "a"));
  tally.follow(tip("4a"));
  expect(tally.stale()).toEqual({ blocks: 2, work: 20 });
  expect(tally.all).toEqual({ blocks: 6, work: 60 });
});

test("when most nodes are at a lower block again, those above it are not outrun", () => {
  const tally = new Tally();
  for (const [name, on] of [["1", "0"], ["2", "1"], ["3", "2"]] as const) tally.add(block(name, on));
  tally.follow(tip("3"));
  tally.follow(tip("1"));
  expect(tally.stale().blocks).toBe(0);
  expect(tally.won().get("n0")).toBe(1);
});

test("a tip that is known before its block counts when the block comes", () => {
  const tally = new Tally();
  tally.follow(tip("1"));
  tally.add(block("1", "0"));
  tally.follow(tip("1"));
  expect(tally.won().get("n0")).toBe(1);
});

test("a block counts once, and its miner and its work are learned later", () => {
  const tally = new Tally();
  tally.add({ ...block("1", "0", ""), work: 0 });
  tally.add(block("1", "0", "n4"));
  tally.add(block("1", "0", "n5"));
  tally.follow(tip("1"));
  expect(tally.all).toEqual({ blocks: 1, work: 10 });
  expect(tally.won()).toEqual(new Map([["n4", 1]]));
});

test("blocks that are no longer kept stay counted", () => {
  const tally = new Tally(10);
  let on = "0";
  for (let height = 1; height <= 40; height++) {
    tally.add(block(`${height}`, on));
    if (height % 4 === 0) tally.add(block(`${height}x`, on));
    on = `${height}`;
    tally.follow(tip(on));
  }
  expect(tally.all.blocks).toBe(50);
  expect(tally.stale()).toEqual({ blocks: 10, work: 100 });
});

test("blocks that are no longer kept are no news", () => {
  const tally = new Tally(10);
  for (let height = 1; height <= 40; height++) tally.add(block(`${height}`, `${height - 1}`));
  expect([1, 30, 40, 41].map((height) => tally.isNews(tip(`${height}`)))).toEqual([false, false, false, true]);
});

test("the blocks since a time come newest first", () => {
  const tally = new Tally();
  for (const name of ["1", "2", "3"]) tally.add(block(name, "0"));
  expect([...tally.since(1000)].map((b) => b.hash)).toEqual(["3", "2"]);
});
