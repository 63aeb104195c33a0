import { expect, test } from "@playwright/test";
import type { Node } from "../../src/model/network";
import { sortNodes, type Line } from "../../src/model/roster";

const line = (name: string, height: number, won: number): Line => ({
  won, share: won / 10,
  node: { name, state: "running", tip: height < 0 ? null : { hash: "00", index: height }, peers: new Map(), mempool: { transactions: 0, bytes: 0, parked: 0 }, mining: null } as unknown as Node,
});
const names = (by: string, down: boolean) => sortNodes([line("n10", 5, 2), line("n2", -1, 2), line("n1", 5, 6)], { by, down }).map((l) => l.node.name);

test("nodes are sorted by a column, and equal ones by name", () => {
  expect(names("name", false)).toEqual(["n1", "n2", "n10"]);
  expect(names("name", true)).toEqual(["n10", "n2", "n1"]);
  expect(names("height", true)).toEqual(["n1", "n10", "n2"]);
  expect(names("height", false)).toEqual(["n2", "n1", "n10"]);
  expect(names("blocks won", true)).toEqual(["n1", "n2", "n10"]);
  expect(names("no such column", false)).toEqual(["n1", "n2", "n10"]);
});
