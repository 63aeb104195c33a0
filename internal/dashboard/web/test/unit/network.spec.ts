import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { wonOn } from "../../src/model/chain";
import { mostBlocks, Network } from "../../src/model/network";
import { machineWords } from "../../src/parts/words";

let offset = 0;
const event = (type: string, node: string | undefined, data: Record<string, unknown>): Happening => ({
  offset: ++offset, time: "2026-11-28T12:00:00.123456Z", type, node, data,
});
const tell = (n: Network, ...events: Happening[]) => events.forEach((e) => n.apply(e));
const up = (name: string, id: string) => event("node-up", name, { id, pid: 7, address: "a" });
const tip = (name: string, hash: string, index: number, work: string) => event("tip-moved", name, { hash, index, work });
const connected = (name: string, hash: string, previous_hash: string, index: number) =>
  event("block-connected", name, { hash, previous_hash, index, miner: "nm1", transactions: 1, seconds: 0 });

test("a node's life", () => {
  const n = new Network();
  tell(n, up("n0", "a"), event("peer-linked", "n0", { peer: "b", outbound: true }), event("mempool", "n0", { transactions: 4, bytes: 9, parked: 0 }));
  const node = n.nodes.get("n0")!;
  expect(node.peers.get("b")?.outbound).toBe(true);
  expect(node.mempool.transactions).toBe(4);
  for (const [type, state] of [["node-silent", "silent"], ["node-answering", "running"], ["node-paused", "paused"], ["node-resumed", "running"], ["node-down", "down"]] as const) {
    tell(n, event(type, "n0", {}));
    expect(node.state).toBe(state);
  }
  expect(node.peers.size, "links go with the process").toBe(0);
  tell(n, event("node-down", "n0", { left: true }));
  expect(n.nodes.has("n0")).toBe(false);
});

test("a block that nobody was told of before its node was ended is known once the node starts again", () => {
  const n = new Network();
  const last = (index: number) => ({ hash: `b${index}`, previous_hash: `b${index - 1}`, index, miner: "nm1", transactions: 1, seconds: 0, timestamp: 9 });
  tell(n, event("node-up", "n0", { id: "a", account: "nm1", pid: 7, address: "a" }), event("block-connected", "n0", last(1)));
  tell(n, event("tip-moved", "n0", { hash: "b2", index: 2, work: "3", last: [last(1), last(2)] }));
  const { previous_hash, node, at } = n.blocks.get("b2")!;
  expect([previous_hash, node, at, n.blocks.size]).toEqual(["b1", "n0", 9000, 2]);
  expect(n.blocks.get("b1")!.at, "the first word of a block stands").toBeGreaterThan(9000);
});

test("nodes are in order, n2 before n10", () => {
  const n = new Network();
  tell(n, up("n10", "a"), up("n2", "b"), up("n0", "c"));
  expect([...n.nodes.keys()]).toEqual(["n0", "n2", "n10"]);
});

test("the best tip is the one that most running nodes have", () => {
  const n = new Network();
  tell(n, up("n0", "a"), up("n1", "b"), up("n2", "c"), tip("n0", "x", 5, "50"), tip("n1", "y", 4, "40"), tip("n2", "y", 4, "40"));
  expect(n.best()?.hash).toBe("y");
  tell(n, event("node-down", "n1", {}));
  expect(n.best()?.hash, "of as many, the one with the most work").toBe("x");
  tell(n, event("node-down", "n0", {}), event("node-down", "n2", {}));
  expect(n.best()?.hash, "of those that are down if none runs").toBe("y");
});

test("a block is of the node that mined it, whoever told of it first", () => {
  const n = new Network();
  tell(n, connected("n1", "x", "g", 1), event("block-mined", "n0", { hash: "x", index: 1 }), connected("n2", "x", "g", 1));
  expect(n.blocks.get("x")?.node).toBe("n0");
  expect(n.blocks.size).toBe(1);
});

test("a block whose miner nobody has told of is of none, not of the node that had it first", () => {
  const n = new Network();
  tell(n, connected("n1", "x", "g", 1));
  expect(n.blocks.get("x")?.node).toBe("");
  tell(n, event("block-mined", "n0", { hash: "x", index: 1, miner: "nm1" }));
  expect(n.blocks.get("x")?.node).toBe("n0");
});

test("a block is won by who mined it, if it is on the chain", () => {
  const n = new Network();
  const mined = (name: string, hash: string, previous_hash: string, index: number) =>
    event("block-mined", name, { hash, previous_hash, index, miner: `nm1${name}`, transactions: 1 });
  tell(n, mined("n0", "a", "g", 1), mined("n1", "b", "a", 2), mined("n0", "beside", "a", 2), connected("n1", "c", "b", 3));
  expect(wonOn(n, { hash: "c", index: 3 })).toEqual({ by: new Map([["n1", 1], ["n0", 1]]), of: 3 });
  expect(wonOn(n, null)).toEqual({ by: new Map(), of: 0 });
});

test("a block is of the node that mines for its address, once that is known", () => {
  const n = new Network();
  tell(n, event("block-mined", "n0", { hash: "w", previous_hash: "g", index: 1, miner: "nm1" }), connected("n1", "x", "w", 2));
  expect(n.blocks.get("x")?.node).toBe("n0");
  const state = { stream: "", offset: 0, network: "", genesis: "", parameters: null, session: null, faults: null, manager: { token_required: false } };
  const nodes = [{ name: "n3", account: "nm1", id: "", pid: 0, address: "", state: "running" as const, since: "", tip: null, work: "", peers: [], mempool: { transactions: 0, bytes: 0, parked: 0 }, mining: null, strategy: "honest", withheld: 0 }];
  const blocks = [{ hash: "y", index: 1, previous_hash: "g", miner: "nm1", transactions: 1, time: "", node: "n1" }];
  expect(new Network({ ...state, nodes, blocks }).blocks.get("y")?.node).toBe("n3");
});

test("a node mines in the modes in which it does so by itself", () => {
  const n = new Network();
  const mining = (mode: string) => {
    tell(n, event("mining-changed", "n0", { mode }));
    return n.nodes.get("n0")!.mining?.mode;
  };
  expect(["continuous", "off", "demand", "continuous"].map(mining)).toEqual(["continuous", undefined, undefined, "continuous"]);
});

test("blocks are bounded", () => {
  const n = new Network();
  for (let i = 0; i < mostBlocks + 50; i++) tell(n, connected("n0", `b${i}`, `b${i - 1}`, i));
  expect(n.blocks.size).toBe(mostBlocks);
  expect(n.blocks.keys().next().value).toBe("b50");
});

test("the blocks that a node catches up on displace no higher ones", () => {
  const n = new Network();
  const from = 5 * mostBlocks;
  for (let i = from; i < from + mostBlocks; i++) tell(n, connected("n0", `b${i}`, `b${i - 1}`, i));
  for (let i = 1; i < 2 * mostBlocks; i++) tell(n, connected("n1", `b${i}`, `b${i - 1}`, i));
  expect([...n.blocks.keys()]).toEqual(Array.from({ length: mostBlocks }, (_, i) => `b${from + i}`));
  tell(n, connected("n1", "beside", "b", from + 1));
  expect([n.blocks.size, n.blocks.has(`b${from}`), n.blocks.has("beside")], "but for the lowest one").toEqual([mostBlocks, false, true]);
});

test("another network has no blocks", () => {
  const n = new Network();
  tell(n, connected("n0", "x", "g", 1), event("network-changed", undefined, { network: "lab", genesis: "h" }));
  expect([n.blocks.size, n.name, n.genesis]).toEqual([0, "lab", "h"]);
});

test("a network's parameters are those that it has now", () => {
  const n = new Network();
  tell(n, event("network-up", undefined, { network: "dev", genesis: "g", parameters: { block_time: 2, block_reward: "50" } }));
  expect(n.parameters?.block_time).toBe(2);
  tell(n, event("network-changed", undefined, { network: "lab", genesis: "h", parameters: { block_time: 9, block_reward: "5" } }));
  expect(n.parameters?.block_time).toBe(9);
});

test("a session counts what it sent and mined", () => {
  const n = new Network();
  tell(n, event("mining-started", undefined, { mode: "race" }), event("mining-result", "n0", { block: { hash: "x", index: 1 } }), event("mining-result", "n0", { error: "no" }));
  expect(n.session).toEqual({ mode: "race", rounds: 0, sent: 2, mined: 1 });
  tell(n, event("mining-stopped", undefined, {}));
  expect(n.session).toBeNull();
});

test("machines come and go, and nothing is done to nodes of a silent one", () => {
  const n = new Network();
  tell(n, event("node-up", "n1", { id: "i", pid: 1, address: "b:5000", machine: "http://b" }), event("machine-changed", undefined, { url: "http://b", state: "joined", nodes: ["n1"] }));
  const node = n.nodes.get("n1")!;
  expect([node.machine, n.unreachable(node)]).toEqual(["http://b", ""]);
  tell(n, event("machine-changed", undefined, { url: "http://b", state: "silent", error: "no route", nodes: ["n1"] }));
  expect(n.unreachable(node)).toContain("http://b");
  tell(n, event("machine-changed", undefined, { url: "http://b", state: "removed", nodes: ["n1"] }));
  expect(n.machines.size).toBe(0);
});

test("how another machine is, in words", () => {
  expect(machineWords({ url: "http://b", state: "joined" })).toBe("answers");
  expect(machineWords({ url: "http://b", state: "silent", error: "no route" })).toBe("does not answer: no route");
  expect(machineWords({ url: "http://b", state: "left" })).toBe("has left");
});
