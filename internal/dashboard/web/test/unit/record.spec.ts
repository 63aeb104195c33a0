import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
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
  expect([record.tally.all.blocks, record.ways.size]).toEqual([0, 0]);
  for (const node of ["n0", "n1"]) heard(record, node, 1001);
  expect([record.tally.all.blocks, [...record.ways.keys()]]).toEqual([1, ["b1001"]]);
  mined(record, "n2", 900);
  expect(record.tally.all.blocks, "one that is mined is new, however low").toBe(2);
});

test("a node that catches up on blocks of the record changes no counts, and no ways but by arriving", () => {
  const record = new Record();
  const last = 2 * mostWays;
  for (let i = 1; i <= last; i++) mined(record, "n0", i);
  const ways = [...record.ways.keys()];
  for (let i = 1; i <= last; i++) heard(record, "n1", i);
  expect(record.tally.all.blocks).toBe(last);
  expect([...record.ways.keys()]).toEqual(ways);
  expect(record.ways.get(`b${last}`)!.arrivals.has("n1")).toBe(true);
});

test("in a new network every block counts", () => {
  const record = new Record();
  tell(record, event("tip-moved", "n0", { hash: "b0", index: 0 }));
  for (let i = 1; i <= 5; i++) heard(record, "n0", i);
  expect(record.tally.all.blocks).toBe(5);
});
