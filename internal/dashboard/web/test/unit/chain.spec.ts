import { expect, test } from "@playwright/test";
import { chainOf } from "../../src/model/chain";
import { Network } from "../../src/model/network";

test("what the main chain has outrun is stale, what is higher than its tip is not", () => {
  const network = new Network();
  const add = (hash: string, previous_hash: string, index: number) =>
    network.apply({ offset: 1, time: "2026-11-28T12:00:00Z", type: "block-connected", node: "n0", data: { hash, previous_hash, index, miner: "nm1", transactions: 1 } });
  for (const [hash, on, height] of [["a", "g", 1], ["b", "a", 2], ["b2", "a", 2], ["c", "b", 3], ["c2", "b2", 3]] as const) add(hash, on, height);
  const chain = chainOf(network, { hash: "b", index: 2 });
  expect(["a", "b", "b2", "c", "c2"].map((hash) => chain(network.blocks.get(hash)!))).toEqual(["main", "main", "stale", "open", "open"]);
  expect(chain({ hash: "g", index: 0 }), "the genesis block is on every chain").toBe("main");
});
