import { expect, test } from "@playwright/test";
import { components, crosses, divide } from "../../src/model/divide";
import type { Pair } from "../../src/model/links";
import { random } from "./random";

const pair = (a: string, b: string): Pair => ({ a, b, half: false });
// n0 and n1 stand left, n2 and n3 right.
const spots = new Map([["n0", { x: 0, y: 0 }], ["n1", { x: 0, y: 100 }], ["n2", { x: 100, y: 0 }], ["n3", { x: 100, y: 100 }]]);
const [top, bottom] = [{ x: 50, y: -10 }, { x: 50, y: 110 }];
const mesh = [pair("n0", "n1"), pair("n0", "n2"), pair("n0", "n3"), pair("n1", "n2"), pair("n1", "n3"), pair("n2", "n3")];

test("stretches that cross, and those that do not", () => {
  const at = (x: number, y: number) => ({ x, y });
  expect(crosses(at(0, 0), at(2, 2), at(0, 2), at(2, 0))).toBe(true);
  expect(crosses(at(0, 0), at(1, 1), at(0, 2), at(2, 1.5))).toBe(false);
  expect(crosses(at(0, 0), at(2, 0), at(0, 1), at(2, 1))).toBe(false);
});

test("a line across a mesh parts the sides, whichever way it is drawn", () => {
  for (const [from, to] of [[top, bottom], [bottom, top]] as const) {
    const d = divide(from, to, spots, mesh)!;
    expect(d.groups).toEqual([["n0", "n1"], ["n2", "n3"]]);
    expect(d.cut).toHaveLength(4);
  }
});

test("who hangs on one side by its links goes with that side", () => {
  const line = [pair("n0", "n1"), pair("n1", "n2"), pair("n2", "n3")];
  // It crosses the link from n0 to n1 alone, and all but n0 hang together.
  expect(divide({ x: -10, y: 50 }, { x: 10, y: 50 }, spots, line)!.groups).toEqual([["n0"], ["n1", "n2", "n3"]]);
});

test("a line too short to part a mesh parts by its own direction", () => {
  expect(divide({ x: 50, y: -5 }, { x: 50, y: 5 }, spots, mesh)!.groups).toEqual([["n0", "n1"], ["n2", "n3"]]);
});

test("a line beside all nodes parts nobody, nor does one that has no length", () => {
  expect(divide({ x: 200, y: 0 }, { x: 200, y: 100 }, spots, mesh)).toBeNull();
  expect(divide(top, top, spots, mesh)).toBeNull();
  expect(divide(top, bottom, new Map(), [])).toBeNull();
});

test("whatever the line, each node is in one group, and what is cut is between the groups", () => {
  const seed = Date.now() % 1e9;
  console.log(`seed ${seed}`);
  const next = random(seed);
  for (let round = 0; round < 300; round++) {
    const places = new Map(Array.from({ length: 2 + next(12) }, (_, i) => [`n${i}`, { x: next(300), y: next(300) }]));
    const names = [...places.keys()];
    const links = names.flatMap((a, i) => names.slice(i + 1).flatMap((b) => (next(3) === 0 ? [pair(a, b)] : [])));
    const d = divide({ x: next(300), y: next(300) }, { x: next(300), y: next(300) }, places, links);
    if (d === null) continue;
    expect([...d.groups.flat()].sort()).toEqual([...names].sort());
    expect(d.groups[0][0]).toBe("n0");
    const rest = links.filter((l) => !d.cut.includes(l));
    for (const set of components(names, rest)) expect(new Set(set.map((n) => d.groups[0].includes(n))).size).toBe(1);
  }
});
