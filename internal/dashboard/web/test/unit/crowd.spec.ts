import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { crowds, happens } from "../../src/model/crowd";
import { Network } from "../../src/model/network";

let offset = 0;
const event = (type: string, node: string | undefined, data: Record<string, unknown> = {}): Happening => ({ offset: ++offset, time: "2026-11-28T12:00:00Z", type, node, data });

function three(...more: Happening[]): Network {
  const n = new Network();
  for (const name of ["n0", "n1", "n2"]) n.apply(event("node-up", name, { id: name, pid: 7, address: "a" }));
  for (const e of more) n.apply(e);
  return n;
}

test("transfers count as much as events, though each node tells of them all", () => {
  const pool = (node: string) => event("mempool", node, { transactions: 9, accepted: 1000 });
  expect(happens([pool("n0"), pool("n1"), pool("n2"), event("stats", "n0")], 3)).toBe(1004);
  expect(happens([event("mempool", "n0"), event("network-up", undefined)], 0)).toBe(2);
});

test("nodes that mine without a pause have a core each", () => {
  const mining = (name: string, data = {}) => event("mining-started", name, { mode: "continuous", ...data });
  const two = three(mining("n0"), mining("n1"));
  expect(crowds(three(), 1), "none mines").toBe(false);
  expect(crowds(two, 2)).toBe(true);
  expect(crowds(two, 3), "one core is left").toBe(false);
  two.apply(event("node-paused", "n1"));
  expect(crowds(two, 2), "one of them stands still").toBe(false);
  expect(crowds(three(mining("n0"), mining("n1", { hashrate: 9 })), 2), "one is to be slow").toBe(false);
  expect(crowds(three(mining("n0"), mining("n1", { mode: "interval" })), 2), "one rests between blocks").toBe(false);
});

test("in a race all nodes mine, in turns one does", () => {
  const race = three(event("mining-started", undefined, { mode: "race" }));
  expect(crowds(race, 3)).toBe(true);
  race.apply(event("mining-stopped", undefined));
  expect(crowds(race, 1)).toBe(false);
  expect(crowds(three(event("mining-started", undefined, { mode: "sequential" })), 1)).toBe(false);
});

test("nodes of other machines leave this one its cores", () => {
  const n = three(event("mining-started", undefined, { mode: "race" }));
  n.nodes.get("n2")!.machine = "http://elsewhere:4999";
  expect(crowds(n, 3)).toBe(false);
});
