import { expect, test } from "@playwright/test";
import { urgent } from "../../src/model/urgent";

const happening = (type: string) => ({ offset: 1, time: "", type, data: {} });

test("what comes often by itself is not urgent, unless it comes with what is", () => {
  expect(urgent([happening("stats"), happening("mempool")], false)).toBe(false);
  expect(urgent([happening("stats"), happening("tip-moved"), happening("stats")], false)).toBe(true);
});

test("where the nodes have all cores, blocks are not urgent, and what somebody does to a node is", () => {
  expect(urgent([happening("block-connected"), happening("tip-moved"), happening("reorg")], true)).toBe(false);
  expect(urgent([happening("block-connected"), happening("node-down")], true)).toBe(true);
});
