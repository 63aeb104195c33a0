import { expect, test } from "@playwright/test";
import { behindWords } from "../../src/model/clock";
import { Network } from "../../src/model/network";

test("how the clocks go is what was told last", () => {
  const n = new Network();
  expect(n.clock).toBeNull();
  const told = { behind: "96h0m0s", all: { offset: "0s", drift: "0%" }, nodes: {} };
  n.apply({ offset: 1, time: "2026-11-29T12:00:00Z", type: "clock-changed", data: told });
  expect(n.clock).toEqual(told);
});

test("how far the lab's time is from the machine's", () => {
  expect(["96h0m0s", "-1h30m0s", "3h0m0s", "2m0s"].map(behindWords)).toEqual(["4 days behind", "1.5 h ahead", "3.0 h behind", "2 min behind"]);
  expect(["0s", "200ms", "what"].map(behindWords), "what nobody sees is nothing").toEqual(["", "", ""]);
});
