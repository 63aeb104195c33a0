import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import type { Point } from "../../src/model/figures";
import { mostWays, Record } from "../../src/model/record";

let offset = 0;
const start = Date.UTC(2026, 10, 28, 12);
const event = (type: string, node: string | undefined, data: object = {}): Happening => {
  offset++;
  return { offset, time: new Date(start + offset).toISOString(), type, node, data: data as Happening["data"] };
};
const head = (index: number) => ({ hash: `b${index}`, previous_hash: `b${index - 1}`, index, miner: "nm1", transactions: 1, bits: "207fffff" });
const tell = (record: Record, ...events: Happening[]) => events.forEach((e) => record.apply(e));
const mined = (record: Record, node: string, index: number) => tell(record, event("block-mined", node, { ...head(index), seconds: 1, hashes: 9 }));
const heard = (record: Record, node: string, index: number) =>
  tell(record, event("block-received", node, head(index)), event("block-connected", node, head(index)), event("tip-moved", node, head(index)));

test("a node that catches up on what was there before brings no blocks to the record", () => {
  const record = new Record();
  tell(record, event("tip-moved", "n0", head(1000)));
  for (let i = 1; i <= 1000; i++) heard(record, "n1", i);
  expect([record.counts.all.blocks, record.ways.size]).toEqual([0, 0]);
  for (const node of ["n0", "n1"]) heard(record, node, 1001);
  expect([record.counts.all.blocks, [...record.ways.keys()]]).toEqual([1, ["b1001"]]);
  mined(record, "n2", 900);
  expect(record.counts.all.blocks, "one that is mined is new, however low").toBe(2);
});

test("who has withheld a block is known, until the network is another one", () => {
  const record = new Record();
  tell(record, event("block-mined", "n1", { ...head(1), seconds: 1, hashes: 9, withheld: true }));
  mined(record, "n0", 2);
  expect([...record.withholders]).toEqual(["n1"]);
  tell(record, event("network-changed", undefined, { network: "dev", genesis: "g" }));
  expect([...record.withholders]).toEqual([]);
});

test("a node that catches up on blocks of the record changes no counts, and no ways but by arriving", () => {
  const record = new Record();
  const last = 2 * mostWays;
  for (let i = 1; i <= last; i++) mined(record, "n0", i);
  const ways = [...record.ways.keys()];
  for (let i = 1; i <= last; i++) heard(record, "n1", i);
  expect(record.counts.all.blocks).toBe(last);
  expect([...record.ways.keys()]).toEqual(ways);
  expect(record.ways.get(`b${last}`)!.arrivals.has("n1")).toBe(true);
});

test("a block that nobody was told of before its node was ended counts, if it follows on what is known", () => {
  const record = new Record();
  const last = (index: number) => ({ ...head(index), timestamp: 9 });
  mined(record, "n0", 7);
  tell(record, event("tip-moved", "n0", { ...head(8), work: "9", last: [last(6), last(7), last(8)] }));
  expect([6, 7, 8].map((i) => record.counts.get(`b${i}`) !== undefined)).toEqual([false, true, true]);
  tell(new Record(), event("tip-moved", "n0", { ...head(8), work: "9", last: [last(8)] }));
});

test("on another network all counts begin anew, and the timeline goes on", () => {
  const record = new Record();
  tell(record, event("node-up", "n0", {}));
  for (let i = 1; i <= 3; i++) mined(record, "n0", i);
  const ref = (index: number) => ({ hash: `b${index}`, index });
  tell(record, event("reorg", "n0", { from: ref(3), to: ref(3), fork: ref(1), depth: 2, miner: "nm1", returned: 0, dropped: 0, held: 0 }));
  record.series.add({ ...({} as Point), at: start });
  const marks = record.marks.length;
  tell(record, event("network-changed", undefined, { network: "lab", genesis: "h" }));
  const { counts, changes, reorgs, series, ways, searches, mined: all } = record;
  expect([counts.all.blocks, changes.count, reorgs.length, series.points.length]).toEqual([0, 0, 0, 0]);
  expect([ways.size, searches.size, all.size]).toEqual([0, 0, 0]);
  expect([record.first, record.marks.length > marks, record.moments.timeOf(offset) > 0]).toEqual([offset, true, true]);
});

test("in a new network every block counts", () => {
  const record = new Record();
  tell(record, event("tip-moved", "n0", { hash: "b0", index: 0 }));
  for (let i = 1; i <= 5; i++) heard(record, "n0", i);
  expect(record.counts.all.blocks).toBe(5);
});

test("a plan is one mark that says what is new, and blocks and searches count anew from it", () => {
  const record = new Record();
  const turn = (type: string, node: string, data: object = {}) => tell(record, event(type, node, { mode: "continuous", solver: "cpu", hashrate: 9, ...data }));
  turn("mining-started", "n0");
  turn("mining-started", "n1", { hashrate: 5 });
  mined(record, "n0", 1);
  turn("mining-changed", "n0", { strategy: "selfish", hashrate: 7 });
  const { since } = record.orders;
  expect([since, record.latest.size, record.searches.size]).toEqual([record.lastAt, 0, 1]);
  turn("mining-changed", "n0", { strategy: "selfish", hashrate: 6 });
  turn("mining-changed", "n1", { hashrate: 6 });
  expect(record.marks.map((m) => [m.type, m.nodes.join(), m.text])).toEqual([
    ["mining-started", "n0,n1", "mining begins: continuous"],
    ["mining-changed", "n0", "mines from now on: strategy selfish, another hash rate"],
    ["mining-changed", "n0,n1", "mines from now on: another hash rate"],
  ]);
  const { length } = record.marks;
  mined(record, "n1", 2);
  const last = record.orders.since;
  turn("mining-changed", "n1", { hashrate: 6 });
  tell(record, event("mining-stopped", "n1"), event("node-down", "n1"), event("node-up", "n1"));
  turn("mining-started", "n1", { hashrate: 6 });
  expect([record.orders.since, record.latest.size], "who goes on as before is not told another way").toEqual([last, 1]);
  tell(record, event("mining-started", undefined, { mode: "race" }));
  turn("mining-changed", "n1", { hashrate: 3 });
  expect(record.orders.since, "what a session has nodes do is no plan").toBe(last);
  expect(record.marks.slice(length).map((m) => m.type)).toEqual(["mining-stopped", "node-down", "node-up", "mining-started", "mining-started"]);
});

test("one reorg that several nodes make is one mark, and one that a node makes again another", () => {
  const record = new Record();
  const reorg = (node: string, from: string) =>
    event("reorg", node, { from: { hash: from, index: 2 }, to: { hash: "x3", index: 3 }, fork: { hash: "b1", index: 1 }, depth: 1, miner: "nm1", returned: 0, dropped: 0, held: 0 });
  tell(record, reorg("n0", "b2"), event("node-up", "n9", {}), reorg("n1", "b2"), reorg("n2", "b2"), reorg("n1", "b2"));
  expect(record.marks.map((m) => [m.type, m.nodes.join(), m.text])).toEqual([
    ["reorg", "n0,n1,n2", "reorg of 1 block on 3 nodes"],
    ["node-up", "n9", "up, process "],
    ["reorg", "n1", "reorg of 1 block"],
  ]);
  expect(record.changes.of(record.marks[0]!.offset)!.reorgs.length, "the mark leads to the reorg").toBe(3);
});
