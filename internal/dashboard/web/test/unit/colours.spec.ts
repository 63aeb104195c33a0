import { expect, test } from "@playwright/test";
import { hueOf } from "../../src/model/colours";

test("seven nodes have seven colours, which their names alone decide", () => {
  expect(["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"].map(hueOf)).toEqual([1, 2, 3, 4, 5, 6, 7, 1]);
});

test("a miner that is no node has none, and one of another name has some", () => {
  expect(hueOf("")).toBe(0);
  expect(hueOf("berlin")).toBeGreaterThan(0);
});
