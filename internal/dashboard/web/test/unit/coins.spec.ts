import { expect, test } from "@playwright/test";
import { times } from "../../src/model/coins";

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
