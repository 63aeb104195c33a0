import { expect, test } from "@playwright/test";
import { centres, inRegions } from "../../src/model/regions";

const latency: { [pair: string]: number } = { "eu na": 124, "asia eu": 237, "asia na": 198 };
const apart = (a: string, b: string) => latency[[a, b].sort().join(" ")]!;
const distance = (p: { x: number; y: number }, q: { x: number; y: number }) => Math.hypot(p.x - q.x, p.y - q.y);

test("regions are as far apart as messages take, and the farthest side by side", () => {
  const at = centres(["na", "eu", "asia"], apart);
  for (const pair of Object.keys(latency)) {
    const [a, b] = pair.split(" ") as [string, string];
    expect(distance(at.get(a)!, at.get(b)!), pair).toBeCloseTo(latency[pair]!, -1);
  }
  expect(at.get("eu")!.y).toBeCloseTo(at.get("asia")!.y, 6);
});

test("members are near each other, and who is in no region is beside all", () => {
  const places = inRegions([{ name: "eu", nodes: ["a", "b", "c"] }, { name: "na", nodes: ["d"] }, { name: "asia", nodes: [] }], ["x", "y"], apart);
  expect([...places.keys()].sort()).toEqual(["a", "b", "c", "d", "x", "y"]);
  for (const other of ["d", "x", "y"]) expect(distance(places.get("a")!, places.get("b")!)).toBeLessThan(distance(places.get("a")!, places.get(other)!));
});
