import { expect, test } from "@playwright/test";
import { exactly } from "../../src/api/client";
import type { Happening } from "../../src/api/forms";
import { follow } from "../../src/api/stream";

test("amounts are the texts that they are, all else is as usual", () => {
  const text = '{"type":"transaction-submitted","offset":7,"data":{"amount":90071992547.40993001,"fee":0.00000001,"bytes":120}}';
  expect(exactly(text)).toEqual({ type: "transaction-submitted", offset: 7, data: { amount: "90071992547.40993001", fee: "0.00000001", bytes: 120 } });
  expect(exactly('{"coins": 0, "text": "\\"amount\\":5"}')).toEqual({ coins: "0", text: '"amount":5' });
});

test("the amounts of what happens are exact", async () => {
  const line = '{"offset":1,"time":"","type":"transaction-submitted","data":{"amount":90071992547.40993001,"fee":0.00000001}}\n';
  globalThis.window ??= globalThis as unknown as Window & typeof globalThis;
  globalThis.fetch = async () => new Response(line);
  const stop = new AbortController();
  const told: Happening[] = [];
  const take = (events: Happening[]) => {
    told.push(...events);
    stop.abort();
  };
  await follow({ stream: "s", offset: 0 }, { take, connected: () => {}, lost: () => {}, pause: () => 0 }, stop.signal);
  expect(told[0]!.data).toEqual({ amount: "90071992547.40993001", fee: "0.00000001" });
});
