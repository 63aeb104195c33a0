import { expect, test } from "@playwright/test";
import type { Mark } from "../../src/model/record";
import { clusters, kindOf, range, ticks } from "../../src/model/timeline";

const mark = (at: number, type = "reorg"): Mark => ({ offset: at, at, type, nodes: ["n0"], text: "" });

test("marks are placed by time, and joined where they are too near", () => {
  const list = clusters([mark(50), mark(0), mark(51), mark(100), mark(52, "node-up"), mark(101)], 0, 100, 200, 10);
  expect(list.map((c) => [c.x, c.row, c.marks.length])).toEqual([[0, 0, 1], [100, 0, 2], [104, 1, 1], [200, 0, 1]]);
});

test("no two kinds look the same", () => {
  const types = ["reorg", "node-up", "node-down", "node-paused", "node-resumed", "node-silent", "node-answering", "mining-started", "mining-stopped", "mining-changed", "network-up", "network-down", "network-changed", "peer-banned", "block-refused", "gap"];
  expect(new Set(types.map((t) => kindOf(t).letter)).size).toBe(types.length);
  expect(kindOf("comet-seen").word).toBe("comet-seen");
});

test("the range holds all, and does not move with every event", () => {
  const first = 1e12;
  for (const passed of [0, 1000, 59_000, 61_000, 3e6, 9e7, 1e9]) {
    const { from, to } = range(first, first + passed, 0);
    expect(from).toBe(first);
    expect(to).toBeGreaterThanOrEqual(first + passed);
  }
  expect(range(first, first + 61_000, 0)).toEqual(range(first, first + 100_000, 0));
  const near = range(first, first + 3_600_000, 600_000);
  expect(near.to - near.from).toBe(600_000);
  expect(near.to).toBeGreaterThanOrEqual(first + 3_600_000);
  expect(range(first, first + 3_600_000, 600_000)).toEqual(range(first, first + 3_601_000 + 10, 600_000));
});

test("ticks are few and round", () => {
  expect(ticks(0, 60_000, 6)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  for (const span of [1e3, 1e5, 1e7, 1e9]) expect(ticks(12_345, 12_345 + span, 6).length).toBeLessThanOrEqual(7);
});
