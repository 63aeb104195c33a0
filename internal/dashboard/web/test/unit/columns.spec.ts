import { expect, test } from "@playwright/test";
import { columns, type Stretch } from "../../src/model/columns";

const none: readonly Stretch[] = [];
const shape = (low: number, high: number, busy: number[], open = none) =>
  columns(low, high, busy, open).map((c) => (c.count > 1 ? `${c.height}+${c.count}` : String(c.height)));

test("the newest heights stay open", () => {
  expect(shape(1, 12, [])).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]);
});

test("a quiet stretch is folded, but for what is near a fork", () => {
  expect(shape(1, 40, [20])).toEqual(["1+17", "18", "19", "20", "21", "22", "23+6", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38", "39", "40"]);
});

test("four heights are not worth a fold", () => {
  expect(shape(1, 22, [13])[0]).toBe("1+10");
  expect(shape(1, 18, [7]).slice(0, 4)).toEqual(["1", "2", "3", "4"]);
});

test("a stretch that was opened stays so when its lowest blocks are no longer there", () => {
  const open = [{ from: 1, to: 8 }];
  expect(shape(1, 20, [], open)[0]).toBe("1");
  expect(shape(2, 20, [], open)[0]).toBe("2");
  expect(shape(6, 20, [], open).slice(0, 3)).toEqual(["6", "7", "8"]);
});

test("what comes after a stretch that was opened is folded", () => {
  expect(shape(1, 30, [], [{ from: 1, to: 8 }]).slice(7, 10)).toEqual(["8", "9+10", "19"]);
});

test("columns follow each other", () => {
  const list = columns(1, 40, [20], none);
  for (let i = 1; i < list.length; i++) expect(list[i]!.x).toBeCloseTo(list[i - 1]!.x + (list[i - 1]!.count > 1 ? 1.6 : 1));
});
