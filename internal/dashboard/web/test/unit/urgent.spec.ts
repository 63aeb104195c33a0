import { expect, test } from "@playwright/test";
import { urgent } from "../../src/model/urgent";

const happening = (type: string) => ({ offset: 1, time: "", type, data: {} });

test("what comes often by itself is not urgent, unless it comes with what is", () => {
  expect(urgent([happening("stats"), happening("mempool"), happening("transaction-submitted")])).toBe(false);
  expect(urgent([happening("stats"), happening("tip-moved"), happening("stats")])).toBe(true);
});
