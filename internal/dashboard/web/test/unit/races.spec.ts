import { expect, test } from "@playwright/test";
import { racesWith } from "../../src/model/races";

const found = (list: [hash: string, previous_hash: string, node: string][]) => list.map(([hash, previous_hash, node]) => ({ hash, previous_hash, node }));

test("the races of a miner are counted as reports count them", () => {
  const blocks = found([
    ["a1", "genesis", "n0"], ["b1", "genesis", "n1"], // a race
    ["a2", "a1", "n0"], // which its own miner does not decide
    ["b2", "b1", "n2"], ["c2", "a1", "n3"],
    ["b3", "b2", "n1"], ["c3", "a2", "n1"], // n1 and n0 race on a1, and nobody with n0 on b1
    ["d9", "unknown", "n1"],
  ]);
  expect(racesWith("n0", blocks), "b2, c2 and c3, of which the last two are on blocks of n0").toEqual({ races: 3, own: 2 });
  expect(racesWith("n9", blocks)).toEqual({ races: 0, own: 0 });
});
