import { expect, test } from "@playwright/test";
import { digits, targetOf, workOf } from "../../src/model/target";

test("targets as Bitcoin's documentation works them out", () => {
  expect(targetOf("1d00ffff").value).toBe(0xffffn << 208n);
  expect(digits(targetOf("1b0404cb").value)).toBe("00000000000404cb000000000000000000000000000000000000000000000000");
  expect(targetOf("01123456").value).toBe(0x12n);
  expect(targetOf("02123456").value).toBe(0x1234n);
  expect(targetOf("05009234").value).toBe(0x92340000n);
});

test("work is the hashes that a target takes on average", () => {
  expect(workOf("1d00ffff")).toBe(4295032833); // difficulty 1
  expect(workOf("1e400000")).toBe(2 ** 18 - 1); // the built-in network's floor: the target itself meets it too
  expect(workOf("207fffff")).toBe(2); // Bitcoin's regtest
});
