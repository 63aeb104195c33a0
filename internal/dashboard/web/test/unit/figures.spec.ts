import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { figureList, isNetworks } from "../../src/figures";
import { figures, figuresThen } from "../../src/model/figures";
import { Network } from "../../src/model/network";
import { Record } from "../../src/model/record";

const start = Date.parse("2026-11-28T12:00:00Z");
let offset = 0;

// told makes the network and the record of events, each some seconds after the start.
function told(events: [seconds: number, type: string, node: string, data: { [name: string]: unknown }][]) {
  const [network, record] = [new Network(), new Record()];
  for (const [seconds, type, node, data] of events) {
    const e: Happening = { offset: ++offset, time: new Date(start + 1000 * seconds).toISOString(), type, node, data };
    network.apply(e);
    record.apply(e);
  }
  return { network, record };
}

const up = (node: string): [number, string, string, { [name: string]: unknown }] => [0, "node-up", node, { id: node, pid: 1, address: node }];

// block has a node find a block and others take it.
function block(seconds: number, hash: string, previous_hash: string, index: number, nodes: string[]): [number, string, string, { [name: string]: unknown }][] {
  const data = { hash, previous_hash, index, miner: nodes[0], transactions: 1, bits: "1e400000", seconds: 1, hashes: 5, work: String(index) };
  return [[seconds, "block-mined", nodes[0]!, data], ...nodes.flatMap((n) => [[seconds, "block-connected", n, data], [seconds, "tip-moved", n, data]] as [number, string, string, typeof data][])];
}

const work = 2 ** 18 - 1; // of bits 1e400000

test("the figures of a network with a stale block", () => {
  const { network, record } = told([
    up("n0"), up("n1"), up("n2"),
    ...block(10, "1", "0", 1, ["n0", "n1", "n2"]),
    ...block(14, "2x", "1", 2, ["n2"]),
    ...block(14, "2", "1", 2, ["n0", "n1"]),
    ...block(20, "3", "2", 3, ["n1", "n0"]),
    [20, "mempool", "n1", { transactions: 4, bytes: 1, parked: 0 }],
  ]);
  const p = figures(network, record, start + 40_000);
  expect(p).toMatchObject({ height: 3, up: 3, nodes: 3, pending: 4, blocks: 4, stale: 1, reorgs: 0 });
  expect(p.work).toBe(4 * work);
  expect(p.wasted).toBe(work);
  expect(p.difficulty).toBe(work);
  expect(p.interval, "from 10 to 20 s, two blocks").toBe(5);
  expect(p.hashrate, "four blocks in the 40 s since the record began").toBeCloseTo((4 * work) / 40);
  const n2 = figures(network, record, start + 40_000, network.nodes.get("n2")!);
  expect(n2, "as n2 sees it").toMatchObject({ height: 2, pending: 0, up: 3 });
});

test("stale blocks, wasted work and hash rate of a node are its own", () => {
  const { network, record } = told([
    up("n0"), up("n1"), up("n2"),
    ...block(10, "1", "0", 1, ["n0", "n1", "n2"]),
    ...block(14, "2x", "1", 2, ["n2"]),
    ...block(14, "2", "1", 2, ["n0", "n1"]),
    [15, "block-received", "n2", { hash: "2", index: 2 }],
    [15, "block-received", "n1", { hash: "2x", index: 2 }],
    ...block(20, "3", "2", 3, ["n1", "n0"]),
  ]);
  const of = (node: string) => figures(network, record, start + 40_000, network.nodes.get(node)!);
  expect(of("n0"), "it never had the other block").toMatchObject({ whose: "n0", blocks: 3, stale: 0, work: 3 * work, wasted: 0 });
  expect(of("n1")).toMatchObject({ blocks: 4, stale: 1, work: 4 * work, wasted: work });
  expect(of("n2"), "on its own branch, the other one's block is stale, and has no third").toMatchObject({ blocks: 3, stale: 1, wasted: work });
  expect(of("n1").hashrate, "its one block").toBeCloseTo(work / 40);
  expect(figures(network, record, start + 40_000)).toMatchObject({ whose: "", blocks: 4, stale: 1 });
});

test("which nodes had a stale block outlasts its way", () => {
  const chain = Array.from({ length: 400 }, (_, i) => block(20 + i, String(i + 2), String(i + 1), i + 2, ["n0", "n1"]));
  const { network, record } = told([up("n0"), up("n1"), ...block(10, "1", "0", 1, ["n0", "n1"]), ...block(11, "2x", "1", 2, ["n1"]), ...chain.flat()]);
  const of = (node: string) => figures(network, record, start + 500_000, network.nodes.get(node)!);
  expect([record.ways.has("2x"), of("n0").stale, of("n1").stale, of("n1").blocks]).toEqual([false, 0, 1, 402]);
});

test("the hash rate is what the nodes have tried, as soon as they tell it", () => {
  const { network, record } = told([
    up("n0"), up("n1"), ...block(10, "1", "0", 1, ["n0"]),
    ...[11, 12, 13].flatMap((s) => ["n0", "n1"].map((n, i) => [s, "stats", n, { hashes: 1000 * (i + 1), seconds: 1 }] as [number, string, string, { [name: string]: unknown }])),
  ]);
  expect(figures(network, record, start + 13_500)).toMatchObject({ hashrate: 3000, tried: true });
  expect(figures(network, record, start + 13_500, network.nodes.get("n1")!)).toMatchObject({ hashrate: 2000, tried: true });
  expect(figures(network, record, start + 60_000), "nobody mines any more").toMatchObject({ hashrate: 0, tried: true });
});

test("a node's own figures are taken down from when somebody looks as it, and the past has them from then on", () => {
  const { network, record } = told([up("n0"), up("n1"), ...block(10, "1", "0", 1, ["n0"])]);
  const n1 = network.nodes.get("n1")!;
  record.series.add(figures(network, record, start + 11_000));
  expect(figuresThen(network, record, n1)!.whose, "the network's").toBe("");
  record.watch("n1").add(figures(network, record, start + 12_000, n1));
  expect(figuresThen(network, record, n1)).toMatchObject({ whose: "n1", blocks: 0 });
  const [stale, nodes, height] = ["stale", "nodes", "height"].map((id) => figureList.find((f) => f.id === id)!);
  const p = figures(network, record, start + 12_000);
  expect([isNetworks(stale!, p, true), isNetworks(stale!, p, false), isNetworks(height!, p, true)]).toEqual([true, false, false]);
  expect(isNetworks(nodes!, figures(network, record, start + 12_000, n1), true), "no node knows it").toBe(true);
});

test("the hash rate is of the last minute", () => {
  const { network, record } = told([up("n0"), ...block(10, "1", "0", 1, ["n0"]), ...block(100, "2", "1", 2, ["n0"])]);
  expect(figures(network, record, start + 110_000).hashrate).toBeCloseTo(work / 60);
  expect(figures(network, record, start + 200_000).hashrate).toBe(0);
});

test("a network in which nothing has happened has no figures to be had", () => {
  expect(figures(new Network(), new Record(), start)).toMatchObject({ height: 0, nodes: 0, blocks: 0, interval: 0, hashrate: 0, difficulty: 0 });
});

test("figures of the past have the nodes that were up after the event, not at the point before it", () => {
  const { network, record } = told([up("n0"), up("n1")]);
  expect(figuresThen(network, record)).toBeNull();
  record.series.add(figures(network, record, start));
  network.apply({ offset: ++offset, time: new Date(start + 100).toISOString(), type: "node-down", node: "n1", data: { left: false, why: "crash" } });
  expect(figuresThen(network, record)).toMatchObject({ up: 1, nodes: 2, blocks: 0 });
});
