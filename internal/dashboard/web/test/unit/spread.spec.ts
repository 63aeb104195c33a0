import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { Record } from "../../src/model/record";
import { comparable, median, share, spreadOf, steps } from "../../src/model/spread";

let offset = 0;
const at = (ms: number) => new Date(Date.UTC(2026, 10, 28, 12) + ms).toISOString();
const event = (ms: number, type: string, node: string, data: object = {}): Happening => ({ offset: ++offset, time: at(ms), type, node, data: data as Happening["data"] });
const connected = (ms: number, node: string, from = "", hash = "x") => event(ms, "block-connected", node, { hash, index: 1, from });
const received = (ms: number, node: string, from = "", hash = "x") => event(ms, "block-received", node, { hash, index: 1, from });
const told = (...events: Happening[]) => {
  const record = new Record();
  for (const e of events) record.apply(e);
  return record;
};
const up = (...nodes: string[]) => nodes.map((n) => event(0, "node-up", n));

test("a share is so many in a hundred at least", () => {
  const cases = [[6, 50, 3], [5, 50, 3], [1, 50, 1], [6, 90, 6], [10, 90, 9], [200, 90, 180], [11, 90, 10], [0, 90, 0]] as const;
  for (const [of, percent, want] of cases) expect(share(of, percent), `${percent} % of ${of}`).toBe(want);
});

test("times are from the first node to so many of those that were up, on their main chains", () => {
  const record = told(...up("n0", "n1", "n2", "n3"), connected(1000, "n0"), received(1001, "n1"), connected(1004, "n1"), connected(1010, "n2"));
  expect(spreadOf(record.ways.get("x")!)).toEqual({ has: 3, of: 4, half: 4, ninety: undefined });
  record.apply(connected(1030, "n3"));
  expect(spreadOf(record.ways.get("x")!)).toEqual({ has: 4, of: 4, half: 4, ninety: 30 });
});

test("who came up later is not counted, nor a node in its next life", () => {
  const record = told(...up("n0", "n1"), connected(1000, "n0"), event(1001, "node-down", "n1"), event(2000, "node-up", "n1"), event(2000, "node-up", "n2"));
  record.apply(connected(2100, "n1"));
  record.apply(connected(2200, "n2"));
  expect(spreadOf(record.ways.get("x")!)).toEqual({ has: 1, of: 2, half: 0, ninety: undefined });
  expect(record.ways.get("x")!.arrivals.get("n2")!.connected).toBe(true);
});

test("who was up before the record began is counted", () => {
  const record = told(event(0, "mempool", "n0"), event(0, "mempool", "n1"), connected(1000, "n0"), connected(1005, "n1"));
  expect(spreadOf(record.ways.get("x")!)).toEqual({ has: 2, of: 2, half: 0, ninety: 5 });
});

test("a block that came to the main chain again has the first time", () => {
  const record = told(...up("n0", "n1"), connected(1000, "n0"), connected(1005, "n1"), connected(9000, "n1"));
  expect(spreadOf(record.ways.get("x")!).ninety).toBe(5);
});

test("steps are in the order of time, whoever told first", () => {
  const record = told(...up("n0", "n1", "n2"), received(1002, "n1", "a"), connected(1007, "n1", "a"), connected(1000, "n0"), received(1005, "n2", "b"));
  expect(steps(record.ways.get("x")!)).toEqual([
    { node: "n0", from: "", after: 0 },
    { node: "n1", from: "a", after: 2 },
    { node: "n2", from: "b", after: 5 },
  ]);
});

test("the median", () => {
  expect(median([])).toBeUndefined();
  expect(median([undefined, undefined])).toBeUndefined();
  expect(median([3, 1, undefined, 10])).toBe(3);
  expect(median([1, 2, 10, 4])).toBe(3);
});

test("while a network is cut, medians are of the same blocks", () => {
  const cut = Array.from({ length: 5 }, () => ({ has: 3, of: 6, half: 500, ninety: undefined }));
  const whole = { has: 6, of: 6, half: 10, ninety: 30 };
  const all = comparable([...cut, whole]);
  expect([median(all.map((s) => s.half)), median(all.map((s) => s.ninety))]).toEqual([10, 30]);
  expect(comparable(cut)).toEqual(cut);
});
