import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { lanes, type Known } from "../../src/model/lanes";
import { random, type Random } from "./random";

const block = (hash: string, previous_hash: string, index: number): Known => ({ hash, previous_hash, index });

// grow adds blocks to a tree, most of them on its newest ones.
function grow(next: Random, count: number, blocks: Known[] = [block("b0", "genesis", 1)]): Known[] {
  while (blocks.length < count) {
    const recent = blocks[Math.max(0, blocks.length - 1 - (next(4) === 0 ? next(8) : 0))]!;
    blocks.push(block(`b${blocks.length}`, recent.hash, recent.index + 1));
  }
  return blocks;
}

// deepest is the first block that has the greatest height.
const deepest = (blocks: readonly Known[]) => blocks.reduce((a, b) => (b.index > a.index ? b : a));

// broken says what is wrong with the lanes of a random tree; nothing if all is well.
function broken(seed: number): string[] {
  const next = random(seed);
  const blocks = grow(next, 50 + next(250));
  const best = deepest(blocks);
  const lane = lanes(blocks, best.hash);
  const byHash = new Map(blocks.map((b) => [b.hash, b]));
  const wrong: string[] = [];
  if (new Set(blocks.map((b) => `${b.index}/${lane.get(b.hash)}`)).size !== blocks.length) wrong.push("two blocks have one place");
  for (let b: Known | undefined = best; b !== undefined; b = byHash.get(b.previous_hash)) {
    if (lane.get(b.hash) !== 0) wrong.push(`${b.hash} of the main chain is not in line`);
  }
  for (const b of blocks) if (lane.get(b.hash)! < (lane.get(b.previous_hash) ?? 0)) wrong.push(`${b.hash} is inside of its parent's branch`);
  const onTip = lanes([...blocks, block("new", best.hash, best.index + 1)], "new");
  const besideTip = lanes([...blocks, block("new", best.previous_hash, best.index)], best.hash);
  for (const { hash } of blocks) {
    if (onTip.get(hash) !== lane.get(hash)) wrong.push(`a block on the tip moves ${hash}`);
    if (besideTip.get(hash) !== lane.get(hash)) wrong.push(`a fork at the tip moves ${hash}`);
  }
  return wrong;
}

test("lanes of 400 random trees", () => {
  for (let seed = 1; seed <= 400; seed++) expect(broken(seed), `seed ${seed}`).toEqual([]);
});

test("competitors stand one under the other", () => {
  const blocks = [block("a", "g", 1), block("b", "a", 2), block("c", "a", 2), block("d", "b", 3), block("e", "a", 2)];
  expect(lanes(blocks, "d")).toEqual(new Map([["d", 0], ["b", 0], ["a", 0], ["c", 1], ["e", 2]]));
});

test("after a reorg the branch is the main chain", () => {
  const blocks = [block("a", "g", 1), block("b", "a", 2), block("c", "a", 2), block("d", "c", 3)];
  expect(lanes(blocks, "b").get("c")).toBe(1);
  const after = lanes(blocks, "d");
  expect([after.get("c"), after.get("d"), after.get("b")]).toEqual([0, 0, 1]);
});

// grown is a tree that is written down as blocks on blocks: "b<a" is b on top of a.
function grown(words: string): Known[] {
  const heights = new Map<string, number>();
  return words.split(" ").map((word) => {
    const [hash, on = ""] = word.split("<") as [string, string?];
    if (on !== "") heights.set(hash, (heights.get(on) ?? 0) + 1);
    return block(hash, on, heights.get(hash) ?? 0);
  });
}

// The terminal's picture of the tree is held to the same cases.
interface Case {
  why: string;
  tree: string;
  best: string;
  lanes: string;
}
const cases = JSON.parse(readFileSync("../../forktree/testdata/lanes.json", "utf8")) as Case[];
for (const { why, tree, best, lanes: want } of cases) {
  test(`lanes: ${why}`, () => {
    const lane = lanes(grown(tree), best);
    const of = (word: string) => `${word[0]}${lane.get(word[0]!)}`;
    expect(want.split(" ").map(of).join(" ")).toBe(want);
  });
}
