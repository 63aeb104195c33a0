import { expect, test } from "@playwright/test";
import type { PeerLink, PeersForm } from "../../src/api/peers";
import { buckets, groupsOf, linesOf, shareOf, squares } from "../../src/model/peers";

function link(node: string | null, outbound: boolean, group = ""): PeerLink {
  const address = node ?? "192.0.2.1:5000";
  return { node, id: address, address, outbound, type: outbound ? "outbound" : "inbound", since: "", remote: "", group, kept: "", latency: null, height: 0, sent: 0, received: 0 };
}

const form: PeersForm = {
  nodes: [
    { node: "n0", id: "0", more: 0, peers: [link("n1", true, "b"), link("n10", true, "a"), link(null, false, "a")] },
    { node: "n1", id: "1", more: 0, peers: [link("n0", false), link("n10", true, "a")] },
    { node: "n10", id: "10", more: 0, peers: [link("n0", false), link("n1", false, "b")] },
  ],
  unknown: [],
};

test("each link of the network is listed once, and all that one node tells of", () => {
  expect(linesOf(form, "").map((l) => `${l.of} ${l.node}`)).toEqual(["n0 n1", "n0 n10", "n0 null", "n1 n10"]);
  expect(linesOf(form, "n10").map((l) => `${l.of} ${l.node}`)).toEqual(["n10 n0", "n10 n1"]);
});

test("of a link that is listed once, it is told why the end that was dialled keeps it", () => {
  const dialled: PeersForm = {
    nodes: [
      { node: "n0", id: "0", more: 0, peers: [link("n1", true), { ...link(null, false), kept: "age" }] },
      { node: "n1", id: "1", more: 0, peers: [{ ...link("n0", false), kept: "ping" }] },
    ],
    unknown: [],
  };
  expect(linesOf(dialled, "").map((l) => l.kept)).toEqual(["ping", "age"]);
  expect(linesOf(dialled, "n0").map((l) => l.kept)).toEqual(["", "age"]);
  const sought = { ...dialled, nodes: dialled.nodes.map((n) => ({ ...n, peers: n.peers.map((p) => (p.outbound ? { ...p, kept: "anchor" } : p)) })) };
  expect(linesOf(sought, "").map((l) => l.kept)).toContain("anchor, ping");
});

test("nodes stand by group, and a group's share is that of the links that lead to it", () => {
  expect([...groupsOf(form)]).toEqual([["", ["n0"]], ["a", ["n10", "192.0.2.1:5000"]], ["b", ["n1"]]]);
  expect(shareOf(linesOf(form, ""), "a")).toBe(0.75);
  expect(shareOf(linesOf(form, "n10"), "a")).toBe(0);
  expect(shareOf([], "a")).toBe(0);
});

test("a square stands in the row of who tells of the link", () => {
  const at = new Map([["n0", 0], ["n1", 1], ["n10", 2]]);
  expect(squares(linesOf(form, ""), at)).toBe("M1 0h1v1h-1zM2 0h1v1h-1zM2 1h1v1h-1z");
});

test("a place stands at its bucket, those of new below those of tried", () => {
  const place = (table: "new" | "tried", bucket: number) => ({ table, bucket, group: "", source: "", source_group: "" });
  expect(buckets([place("tried", 65), place("new", 1023)])).toBe("M1 1h1v1h-1zM63 20h1v1h-1z");
});
