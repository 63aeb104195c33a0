import { expect, test } from "@playwright/test";
import { Rates } from "../../src/model/rates";

const second = { hashes: 1000, seconds: 1 };

test("a node's rate is what it tried of late, and that of all is their sum", () => {
  const rates = new Rates();
  for (let s = 1; s <= 30; s++) {
    rates.add("n0", s * 1000, second);
    if (s <= 15) rates.add("n1", s * 1000 + 10, { hashes: 500, seconds: 1 });
  }
  expect(rates.of("n0", 30_500)).toBeCloseTo(1000);
  expect(rates.of("n1", 30_500), "it has stopped").toBe(0);
  expect(rates.all(30_500)).toBeCloseTo(1000);
  expect(rates.of("n1", 20_000), "that it stopped shows at once, and not only at the end").toBeLessThan(500);
  expect(rates.of("n9", 30_000)).toBe(0);
});

test("a node that ended tries nothing", () => {
  const rates = new Rates();
  for (const node of ["n0", "n1"]) rates.add(node, 1000, second);
  rates.forget("n1");
  expect(rates.all(1500)).toBe(1000);
});

test("rates are known where nodes have told, and are not where blocks were found of which nobody told", () => {
  const rates = new Rates();
  expect(rates.knows(1000, 500), "nobody was asked").toBe(false);
  rates.add("n0", 2000, second);
  expect(rates.knows(9000, 8000)).toBe(true);
  expect(rates.knows(60_000, 3000), "nobody has mined since").toBe(true);
  expect(rates.knows(60_000, 30_000), "a block was found while nobody listened").toBe(false);
});
