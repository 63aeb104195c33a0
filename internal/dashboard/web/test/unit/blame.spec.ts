import { expect, test } from "@playwright/test";
import { blame } from "../../src/model/blame";

test("a refusal is said beside the field that it speaks of", () => {
  expect(blame("bad-amount", 'malformed JSON form: amount: not an amount: "x" is not a plain decimal number such as 1.5')).toEqual({
    field: "amount", text: 'amount: not an amount: "x" is not a plain decimal number such as 1.5',
  });
  expect(blame("bad-amount", 'malformed JSON form: fee: not an amount: "-1" is negative').field).toBe("fee");
  expect(blame("malformed", 'recipient: unknown name: "nobody", want an address').field).toBe("recipient");
  expect(blame("no-key", "sender: no key to sign with for nm1x").field).toBe("sender");
  expect(blame("overspend", "overspend: alice has 1, amount 2 and fee 0.01 are more").field).toBe("amount");
  expect(blame("mempool-full", "no room").field).toBe("form");
});
