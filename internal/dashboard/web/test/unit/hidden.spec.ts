import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { lanesApart } from "../../src/model/apart";
import { standing } from "../../src/model/figures";
import { Hidden, hiddenIn } from "../../src/model/hidden";
import { lanes } from "../../src/model/lanes";
import { Network } from "../../src/model/network";

const event = (type: string, node: string, data: object): Happening => ({ offset: 1, time: "2026-11-29T12:00:00Z", type, node, data: data as Happening["data"] });
const mined = (node: string, hash: string, index: number, previous_hash: string, withheld = true) =>
  event("block-mined", node, { hash, index, previous_hash, miner: `nm1${node}`, transactions: 1, withheld });
const connected = (node: string, hash: string, index: number, previous_hash: string) => event("block-connected", node, { hash, index, previous_hash, miner: "nm1n0", transactions: 1 });
const tip = (node: string, hash: string, index: number) => event("tip-moved", node, { hash, index, work: String(index) });

test("a block is hidden while its miner alone has it", () => {
  const hidden = new Hidden();
  const told = (e: Happening) => {
    hidden.note(e);
    return hidden.of("n0");
  };
  expect(told(mined("n0", "a", 1, "g"))).toEqual(["a"]);
  expect(told(connected("n0", "a", 1, "g")), "its own words of it are nobody else's").toEqual(["a"]);
  told(mined("n0", "b", 2, "a"));
  expect(told(mined("n1", "x", 1, "g", false))).toEqual(["a", "b"]);
  expect(told(event("blocks-published", "n0", { hash: "a", index: 1, blocks: 1, withheld: 1 }))).toEqual(["b"]);
  expect(told(event("block-heard", "n1", { hash: "b", index: 2 })), "another node has it, however it came there").toEqual([]);
});

test("what a miner gives up is hidden for ever, and no part of what it may show", () => {
  const hidden = new Hidden();
  for (const e of [mined("n0", "a", 1, "g"), event("blocks-abandoned", "n0", { hash: "a", index: 1, blocks: 1 }), mined("n0", "b", 2, "x")]) hidden.note(e);
  expect(hidden.of("n0")).toEqual(["b"]);
  expect(hidden.blocks.get("a")).toEqual({ node: "n0", givenUp: true });
  hidden.note(event("blocks-published", "n0", { hash: "b", index: 2, blocks: 1, withheld: 0 }));
  expect([...hidden.blocks.keys()]).toEqual(["a"]);
});

test("of a branch, those blocks are given up that the miner names", () => {
  const hidden = new Hidden();
  for (const e of [mined("n0", "a", 1, "g"), mined("n0", "b", 2, "a"), mined("n0", "c", 2, "a")]) hidden.note(e);
  hidden.note(event("blocks-abandoned", "n0", { hash: "b", index: 2, blocks: 1 }));
  expect(hidden.of("n0")).toEqual(["a", "c"]);
});

test("who has begun another life withholds what it says", () => {
  const hidden = new Hidden();
  for (const e of [mined("n0", "a", 1, "g"), mined("n0", "b", 2, "a"), event("node-down", "n0", { left: false })]) hidden.note(e);
  expect(hidden.of("n0")).toEqual([]);
  hidden.note(event("blocks-withheld", "n0", { blocks: [{ hash: "a", index: 1 }, { hash: "b", index: 2 }] }));
  expect(hidden.of("n0")).toEqual(["a", "b"]);
});

test("who has ended withholds nothing that it does not tell of anew", () => {
  const n = new Network();
  for (const e of [mined("n0", "a", 1, "g"), event("node-down", "n0", { left: false }), event("node-up", "n0", { id: "i", pid: 1, address: "" })]) n.apply(e);
  expect(n.hidden.of("n0")).toEqual([]);
  n.apply(mined("n0", "b", 2, "a"));
  expect(n.hidden.of("n0")).toEqual(["b"]);
});

test("the best tip is none that its miner withholds, though all else is behind", () => {
  const n = new Network();
  for (const e of [mined("n0", "a", 1, "g"), tip("n0", "a", 1), tip("n1", "g", 0)]) n.apply(e);
  expect(n.best()?.hash).toBe("g");
  n.apply(event("node-down", "n1", {}));
  expect(n.best()?.hash, "but where it is the only one").toBe("a");
});

test("a picture that says only how many blocks are withheld has the newest that nobody else has", () => {
  const block = (hash: string, index: number, previous_hash: string, node: string) => [hash, { hash, index, previous_hash, node }] as const;
  const blocks = new Map([block("a", 1, "g", "n0"), block("b", 2, "a", "n1"), block("c", 2, "a", "n0"), block("d", 3, "c", "n0"), block("e", 4, "d", "n0")]);
  const node = (name: string, withheld: number, hash: string, index: number) => ({ name, withheld, tip: { hash, index } });
  expect([...hiddenIn([node("n0", 2, "e", 4), node("n1", 0, "b", 2)], blocks).blocks.keys()]).toEqual(["d", "e"]);
  expect(hiddenIn([node("n0", 0, "e", 4)], blocks).blocks.size).toBe(0);
});

test("hidden blocks stand below all others of their heights, and move none of them", () => {
  const block = (hash: string, index: number, previous_hash: string) => ({ hash, index, previous_hash });
  const open = [block("g", 0, ""), block("a", 1, "g"), block("b", 2, "a"), block("f", 2, "a"), block("c", 3, "b")];
  const secret = [block("s", 3, "b"), block("t", 4, "s")];
  const all = lanesApart([...open, ...secret], "c", (hash) => hash === "s" || hash === "t");
  for (const [hash, lane] of lanes(open, "c")) expect(all.get(hash), hash).toBe(lane);
  expect([all.get("s"), all.get("t")]).toEqual([2, 2]);
});

test("the network's height is that of what all may know, a miner's own that of its branch", () => {
  const n = new Network();
  for (const e of [connected("n1", "g1", 1, "g"), tip("n1", "g1", 1), mined("n0", "a", 2, "g1"), mined("n0", "b", 3, "a"), tip("n0", "b", 3)]) n.apply(e);
  expect([standing(n).height, standing(n, n.nodes.get("n0")!).height]).toEqual([1, 3]);
});
