import { expect, test } from "@playwright/test";
import type { Faults } from "../../src/api/faults";
import { Record } from "../../src/model/record";

const at = (second: number) => `2026-11-29T12:00:${String(second).padStart(2, "0")}Z`;
const ms = (second: number) => Date.parse(at(second));
const cut: Faults = { partitions: [{ groups: [["n0"], ["n1"]] }] };
const slow: Faults = { links: [{ from: ["all"], to: ["all"], delay: "1s" }] };

function told(first: number, ...changes: [second: number, desired: Faults][]): Record {
  const record = new Record();
  record.apply({ offset: first, time: at(0), type: "network-up", data: {} });
  for (const [i, [second, desired]] of changes.entries()) {
    record.apply({ offset: first + i + 1, time: at(second), type: "faults-changed", data: { generation: i, desired, partitions: [], pending: [], done: `change ${i}` } });
  }
  return record;
}

test("a band is from faults to the next ones, or to their end", () => {
  const { bands, marks } = told(1, [1, cut], [3, slow], [6, {}], [8, cut]);
  expect(bands.list.map(({ from, to }) => [from, to])).toEqual([[ms(1), ms(3)], [ms(3), ms(6)], [ms(8), Infinity]]);
  expect(bands.between(ms(2), ms(7)).map(({ from, to, text }) => [from, to, text])).toEqual([[ms(2), ms(3), "change 0"], [ms(3), ms(6), "change 1"]]);
  expect(marks.map((m) => m.text).slice(1), "each change is marked").toEqual(["change 0", "change 1", "change 2", "change 3"]);
});

test("what the last change has changed is known, but not where the record begins later", () => {
  expect([told(1).bands.before, told(1, [1, cut]).bands.before, told(1, [1, cut], [2, slow]).bands.before]).toEqual([null, {}, cut]);
  expect([told(50, [1, cut]).bands.before, told(50, [1, cut], [2, {}]).bands.before]).toEqual([null, cut]);
});
