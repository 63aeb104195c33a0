import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { Network } from "../../src/model/network";
import { letterOf, standings } from "../../src/model/standing";

const event = (type: string, node: string, data: object): Happening => ({ offset: 1, time: "2026-11-28T12:00:00Z", type, node, data: data as Happening["data"] });

// chained is a network with blocks like "a3": the height is the number, the parent the
// block below with the same letter, or what is named.
function chained(blocks: string[], tips: { [node: string]: string }, parents: { [block: string]: string } = {}): Network {
  const n = new Network();
  for (const hash of blocks) {
    const index = Number(hash.slice(1));
    n.apply(event("block-connected", "n0", { hash, index, previous_hash: parents[hash] ?? `${hash[0]}${index - 1}`, miner: "", transactions: 1 }));
  }
  for (const [node, hash] of Object.entries(tips)) move(n, node, hash);
  return n;
}

function move(n: Network, node: string, hash: string): void {
  n.apply(event("tip-moved", node, { hash, index: Number(hash.slice(1)), work: "1" }));
}

const main = ["a1", "a2", "a3", "a4"];
const best = (hash: string) => ({ hash, index: Number(hash.slice(1)) });
const none = new Map<string, number>();

test("on the main chain, behind, ahead, and beside it", () => {
  const n = chained([...main, "a5", "b3", "b4"], { n0: "a4", n1: "a4", n2: "a2", n3: "a5", n4: "b4", n5: "b3" }, { b3: "a2" });
  const { of, numbers } = standings(n, best("a4"), none);
  expect(Object.fromEntries(of)).toEqual({
    a4: { kind: "main" },
    a2: { kind: "behind", blocks: 2 },
    a5: { kind: "ahead", blocks: 1 },
    b4: { kind: "fork", number: 1 },
    b3: { kind: "fork", number: 1 },
  });
  expect([...numbers]).toEqual([["b4", 1]]);
});

test("a fork keeps its number as it grows, and gives it back", () => {
  const n = chained([...main, "b3", "c3"], { n0: "a4", n1: "b3", n2: "c3" }, { b3: "a2", c3: "a2" });
  const first = standings(n, best("a4"), none);
  expect([...first.numbers]).toEqual([["b3", 1], ["c3", 2]]);
  move(n, "n1", "a4");
  n.apply(event("block-connected", "n2", { hash: "c4", index: 4, previous_hash: "c3", miner: "", transactions: 1 }));
  move(n, "n2", "c4");
  const second = standings(n, best("a4"), first.numbers);
  expect([...second.numbers], "c is still the second").toEqual([["c4", 2]]);
  n.apply(event("block-connected", "n3", { hash: "d4", index: 4, previous_hash: "a3", miner: "", transactions: 1 }));
  move(n, "n3", "d4");
  expect([...standings(n, best("a4"), second.numbers).numbers], "the first is free again").toEqual([["c4", 2], ["d4", 1]]);
});

test("of a fork that divides, one part keeps the number", () => {
  const n = chained([...main, "b3", "c4", "d4"], { n0: "a4", n1: "c4", n2: "d4" }, { b3: "a2", c4: "b3", d4: "b3" });
  expect([...standings(n, best("a4"), new Map([["b3", 1]])).numbers]).toEqual([["c4", 1], ["d4", 2]]);
});

test("a tip of blocks that are not kept is behind if it is lower, else a fork", () => {
  const n = chained(main, { n0: "a4", n1: "z0", n2: "z9" });
  const { of } = standings(n, best("a4"), none);
  expect(of.get("z0")).toEqual({ kind: "behind", blocks: 4 });
  expect(of.get("z9")).toEqual({ kind: "fork", number: 1 });
});

test("without blocks all is well", () => {
  expect(standings(new Network(), null, none).of.size).toBe(0);
});

test("letters", () => {
  expect([1, 2, 26, 27].map(letterOf)).toEqual(["A", "B", "Z", "27"]);
});
