import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { alike, pairs, springs } from "../../src/model/links";
import { Network } from "../../src/model/network";

const event = (type: string, node: string, data: object = {}): Happening => ({ offset: 1, time: "2026-11-28T12:00:00Z", type, node, data: data as Happening["data"] });
const up = (name: string, id: string) => event("node-up", name, { id, pid: 7, address: "a" });
const linked = (name: string, peer: string) => event("peer-linked", name, { peer, outbound: true });
const network = (...events: Happening[]) => {
  const n = new Network();
  for (const e of events) n.apply(e);
  return n;
};

test("a pair is there once, and is half while one of the two tells of it", () => {
  const n = network(up("n0", "a"), up("n1", "b"), up("n2", "c"), linked("n1", "a"), linked("n0", "b"), linked("n2", "a"));
  expect(pairs(n)).toEqual([
    { a: "n0", b: "n1", half: false },
    { a: "n0", b: "n2", half: true },
  ]);
});

test("links to strangers and to oneself are none", () => {
  expect(pairs(network(up("n0", "a"), linked("n0", "zz"), linked("n0", "a")))).toEqual([]);
});

test("who does not run is held where it was; who lost a link, is not", () => {
  const n = network(up("n0", "a"), up("n1", "b"), up("n2", "c"), linked("n0", "b"), linked("n1", "a"), linked("n0", "c"), linked("n2", "a"));
  const before = springs(n, pairs(n), []);
  for (const e of [event("node-down", "n1"), event("peer-lost", "n0", { peer: "b" }), event("peer-lost", "n0", { peer: "c" }), event("peer-lost", "n2", { peer: "a" })]) n.apply(e);
  expect(pairs(n)).toEqual([]);
  const held = springs(n, pairs(n), before);
  expect(held).toEqual([{ a: "n0", b: "n1", half: false }]);
  n.apply(event("node-down", "n1", { left: true }));
  expect(springs(n, pairs(n), held)).toEqual([]);
});

test("who has come back is held where it was until it has met as many again", () => {
  const full = [linked("n0", "b"), linked("n0", "c"), linked("n1", "a"), linked("n1", "c"), linked("n2", "a"), linked("n2", "b")];
  const n = network(up("n0", "a"), up("n1", "b"), up("n2", "c"), ...full);
  const before = springs(n, pairs(n), []);
  const has = (...events: Happening[]) => {
    for (const e of events) n.apply(e);
    return springs(n, pairs(n), before);
  };
  const lost = (name: string, peer: string) => event("peer-lost", name, { peer });
  expect(alike(has(event("node-down", "n1"), lost("n0", "b"), lost("n2", "b"), up("n1", "b")), before), "linked to nobody yet").toBe(true);
  expect(alike(has(linked("n1", "a"), linked("n0", "b")), before), "to one of two").toBe(true);
  expect(alike(has(lost("n1", "a"), lost("n0", "b")), before), "to that one no more").toBe(false);
  expect(alike(has(linked("n1", "zz")), before), "to a stranger in the other's place").toBe(false);
});

test("who has left is held by nothing, also in lists of the moment before", () => {
  const n = network(up("n0", "a"), up("n1", "b"), linked("n0", "b"));
  const before = pairs(n);
  n.apply(event("node-down", "n1", { left: true }));
  expect(springs(n, before, before)).toEqual([]);
});

test("who is cut off is held where it was, as long as that lasts", () => {
  const n = network(up("n0", "a"), up("n1", "b"), linked("n0", "b"), linked("n1", "a"));
  const before = springs(n, pairs(n), []);
  for (const e of [event("peer-lost", "n0", { peer: "b" }), event("peer-lost", "n1", { peer: "a" })]) n.apply(e);
  expect(springs(n, pairs(n), before, () => true)).toEqual([{ a: "n0", b: "n1", half: false }]);
  expect(springs(n, pairs(n), before, () => false)).toEqual([]);
});

test("lists with the same pairs are alike, in whatever order", () => {
  const [p, q, r] = [{ a: "n0", b: "n1", half: false }, { a: "n0", b: "n2", half: false }, { a: "n1", b: "n2", half: true }] as const;
  expect(alike([p, q], [q, { ...p, half: true }])).toBe(true);
  expect(alike([p, q], [p, r])).toBe(false);
  expect(alike([p], [p, q])).toBe(false);
  expect(alike([p, q], [p])).toBe(false);
});

test("the topology is counted, and nothing else", () => {
  const n = network(up("n0", "a"), up("n1", "b"));
  const counted = (e: Happening) => {
    const before = n.topology;
    n.apply(e);
    return n.topology > before;
  };
  for (const e of [linked("n0", "b"), event("peer-lost", "n0", { peer: "b" }), event("node-down", "n1"), up("n1", "b"), event("mempool", "n2", { transactions: 0 })]) expect(counted(e), e.type).toBe(true);
  for (const type of ["tip-moved", "node-paused", "mempool"]) expect(counted(event(type, "n0", { hash: "x", index: 1, work: "1" })), type).toBe(false);
});
