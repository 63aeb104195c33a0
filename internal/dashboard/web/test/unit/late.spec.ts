import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { Record } from "../../src/model/record";

test("who came up after a block was found is late for it, and no measure of its way", () => {
  const record = new Record();
  let offset = 0;
  const tell = (type: string, node: string, data: object) =>
    record.apply({ offset: ++offset, time: "2026-11-29T12:00:00.5Z", type, node, data } as unknown as Happening);
  const head = { hash: "x", index: 1, previous_hash: "g", miner: "nm1", transactions: 1 };
  const up = { id: "a", pid: 1, address: "a" };
  tell("node-up", "n0", up);
  tell("node-up", "n1", up);
  tell("block-mined", "n0", { ...head, size: 9, seconds: 1, hashes: 2, withheld: false });
  tell("node-up", "n2", up);
  for (const node of ["n1", "n2"]) tell("block-received", node, { hash: "x", index: 1, seconds: 0 });
  const late = Object.fromEntries([...record.ways.get("x")!.arrivals].map(([node, arrival]) => [node, arrival.late]));
  expect(late).toEqual({ n0: false, n1: false, n2: true });
});
