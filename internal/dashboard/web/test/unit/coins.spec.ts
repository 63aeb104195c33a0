import { expect, test } from "@playwright/test";
import { times } from "../../src/model/coins";
import { coins } from "../../src/parts/words";

for (const [amount, count, product] of [
  ["1.5", 218, "327"],
  ["1.5", 1, "1.5"],
  ["0", 7, "0"],
  ["50", 0, "0"],
  ["100", 10, "1000"],
  ["0.00000001", 3, "0.00000003"],
  ["92233720368.54775807", 3, "276701161105.64327421"],
] as const) {
  test(`${count} times ${amount} coins are ${product}`, () => expect(times(amount, count)).toBe(product));
}

test("one coin is one, and all other amounts are coins", () => {
  expect(["1", "0", "0.5", "1.5", "10"].map(coins)).toEqual(["1 coin", "0 coins", "0.5 coins", "1.5 coins", "10 coins"]);
});
