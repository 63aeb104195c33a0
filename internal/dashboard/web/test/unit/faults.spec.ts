import { expect, test } from "@playwright/test";
import type { Faults, FaultsForm, PresetsForm, Sides } from "../../src/api/faults";
import { cutWords, directionOf, directionWords, freshName, groupWords, isNone, linkWords, secondsOf } from "../../src/model/faults";
import { sentence } from "../../src/parts/words";

const presets: PresetsForm = {
  presets: [{ name: "3g", delay: "125ms", loss: "1.5%" }],
  tables: [{ name: "planet", regions: ["eu", "na"], latency: [["11ms", "124ms"], ["125ms", "32ms"]] }],
};
const form = (desired: Faults, ...partitions: Sides[]): FaultsForm => ({ generation: 1, desired, partitions, pending: [] });
const said = (f: FaultsForm, from: string, to: string) => directionWords(directionOf(f, from, to, presets));
const regions = { table: "planet", members: { eu: ["n0", "n1"], na: ["n2"] } };

test("a partition cuts its groups, nobody else, and one way only if it says so", () => {
  const p: Sides = { name: "p", groups: [["n0", "n1"], ["n2"]], how: "silent", oneway: false };
  expect([said(form({}, p), "n0", "n2"), said(form({}, p), "n2", "n1")]).toEqual(["cut, silent, by “p”", "cut, silent, by “p”"]);
  expect([said(form({}, p), "n0", "n1"), said(form({}, p), "n0", "n3")]).toEqual(["no faults", "no faults"]);
  const oneway = { ...p, oneway: true };
  expect([directionOf(form({}, oneway), "n0", "n2", null).cut, directionOf(form({}, oneway), "n2", "n0", null).cut]).toEqual(["silent", ""]);
});

test("a cut goes before all rules", () => {
  const p: Sides = { name: "p", groups: [["n0"], ["n1"]], how: "reset", oneway: false };
  expect(directionOf(form({ links: [{ from: ["n0"], to: ["n1"], delay: "1s" }] }, p), "n0", "n1", presets)).toEqual({ cut: "reset", by: "p", link: {}, preset: "" });
});

// The order is that of the manager: see internal/faults.
test("of rules the most special one counts, of two alike the later", () => {
  const rules: [from: string, to: string, rank: number][] = [
    ["all", "all", 1], ["region:eu", "all", 2], ["region:eu", "region:na", 4], ["n0", "all", 5], ["n0", "region:na", 5], ["n0", "n2", 6],
  ];
  for (const [i, [from, to, rank]] of rules.entries()) {
    for (const [j, [otherFrom, otherTo, otherRank]] of rules.entries()) {
      const links = [{ from: [from], to: [to], delay: `${i}s` }, { from: [otherFrom], to: [otherTo], delay: `${j}s` }];
      const want = Math.max(rank, otherRank) < 3 ? "planet: delay 124ms" : `delay ${otherRank >= rank ? j : i}s`;
      expect(said(form({ regions, links }), "n0", "n2"), `${from} to ${to}, then ${otherFrom} to ${otherTo}`).toBe(want);
    }
  }
});

test("a rule is of one direction, or of both", () => {
  const links = [{ from: ["n0"], to: ["n1"], preset: "3g" }];
  expect([said(form({ links }), "n0", "n1"), said(form({ links }), "n1", "n0")]).toEqual(["3g: delay 125ms, loss 1.5%", "no faults"]);
  expect(said(form({ links: [{ ...links[0]!, both: true }] }), "n1", "n0")).toBe("3g: delay 125ms, loss 1.5%");
  expect(directionWords(directionOf(form({ links }), "n0", "n1", null)), "a name stands while its figures are not known").toBe("3g");
});

test("regions are as their table says, each way by itself", () => {
  expect([said(form({ regions }), "n0", "n2"), said(form({ regions }), "n2", "n0"), said(form({ regions }), "n0", "n1")]).toEqual(["planet: delay 124ms", "planet: delay 125ms", "planet: delay 11ms"]);
  expect(said(form({ regions }), "n0", "n9"), "who is in no region").toBe("no faults");
});

test("there are faults only if something is asked", () => {
  expect([{}, { partitions: [], links: [] }, { seed: 4 }].map(isNone)).toEqual([true, true, true]);
  expect([{ partitions: [{ groups: [["n0"], ["n1"]] }] }, { regions }, { topology: { kind: "ring" } }].map(isNone)).toEqual([false, false, false]);
});

test("lengths of time are read as Go writes them", () => {
  const times = { "120ms": 0.12, "1m30s": 90, "1h0m0s": 3600, "200µs": 0.0002, "1.28s": 1.28 };
  for (const [text, seconds] of Object.entries(times)) expect(secondsOf(text)).toBeCloseTo(seconds, 9);
  for (const text of ["", "5", "ms", "1x", "-1s"]) expect(secondsOf(text)).toBeNaN();
});

test("each cut has a name that no other one has", () => {
  expect([[], ["cut 1"], ["cut 2", "cut 1", "halves"], ["cut 2"]].map(freshName)).toEqual(["cut 1", "cut 2", "cut 3", "cut 1"]);
});

test("words for links and groups", () => {
  expect(linkWords({ delay: "1s", loss_burst: { p: "1%" }, flap: { every: "1m0s", for: "5s" }, cut: "reset" })).toBe("cut, reset, delay 1s, loss in bursts, silent 5s in 1m0s");
  expect(groupWords(Array.from({ length: 9 }, (_, i) => `n${i}`))).toBe("n0 … n8 (9)");
  expect([cutWords([["n0", "n1"], ["n2"]]), cutWords([["n0"], ["n2"]], true)]).toEqual(["n0 n1 | n2", "n0 → n2"]);
});

test("the manager's lines are sentences, and names in them stay as they are", () => {
  const lines = ["healed", "n0 n1 | n2 are cut apart", "links all to n3: 3g", "set, and more."];
  expect(lines.map(sentence)).toEqual(["Healed.", "n0 n1 | n2 are cut apart.", "Links all to n3: 3g.", "Set, and more."]);
});
