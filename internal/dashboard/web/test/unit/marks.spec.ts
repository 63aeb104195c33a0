import { expect, test } from "@playwright/test";
import { markOf, reorgWords } from "../../src/model/marks";

const mark = (type: string, data: Record<string, unknown>, node?: string, session = false) =>
  markOf({ offset: 1, time: "2026-11-28T12:00:00Z", type, data, ...(node === undefined ? {} : { node }) }, session);

test("marks say what happened", () => {
  expect(reorgWords(1, 1)).toBe("reorg of 1 block");
  expect(reorgWords(3, 5)).toBe("reorg of 3 blocks on 5 nodes");
  expect(mark("node-down", { why: "fault", message: "ended by signal 9 (killed)" }, "n0")).toBe("down, killed on purpose: ended by signal 9 (killed)");
  expect(mark("node-down", { why: "asked", message: "" }, "n0")).toBe("down, as was asked for");
  expect(mark("gap", { first: 3, last: 5 })).toBe("3 events are missing here");
  expect(mark("gap", { reason: "another-network" })).toBe("some events are missing here");
  expect(mark("tip-moved", {}, "n0")).toBe(null);
});

test("a session is one mark, and not one for each node and round", () => {
  expect(mark("mining-started", { mode: "race" })).toBe("mining begins: race");
  expect(mark("mining-started", { mode: "continuous" }, "n1", true)).toBe(null);
  expect(mark("mining-stopped", {}, "n1", true)).toBe(null);
  expect(mark("mining-stopped", {}, "n1")).toBe("mining ends");
  expect(mark("mining-started", { mode: "continuous", strategy: "selfish" }, "n1")).toBe("mining begins: continuous, by the strategy selfish");
});
