import { expect, test } from "@playwright/test";
import type { StateForm } from "../../src/api/forms";
import { find, joined, told } from "../../src/model/find";
import { Network } from "../../src/model/network";

const node = { pid: 1, state: "running", since: "2026-11-28T12:00:00Z", tip: null, work: "", peers: [], mempool: { transactions: 0, bytes: 0, parked: 0 }, mining: null, strategy: "honest", withheld: 0 };
const network = new Network({
  stream: "s", offset: 1, network: "dev", genesis: "00", parameters: null, session: null, faults: null, manager: { token_required: false },
  nodes: [
    { ...node, name: "n0", id: "aa11bb", address: "127.0.0.1:5000" },
    { ...node, name: "n1", id: "cc22dd", address: "127.0.0.1:5001" },
  ],
  blocks: [
    { hash: "0000abcd01", index: 7, previous_hash: "00", transactions: 1, time: "2026-11-28T12:00:00Z", node: "n0" },
    { hash: "0000abcd02", index: 8, previous_hash: "0000abcd01", transactions: 1, time: "2026-11-28T12:00:01Z", node: "n1" },
  ],
} as StateForm);
const ids = (text: string) => find(text, network, ["abcdef99"]).map((f) => f.id);

test("what a text may mean", () => {
  expect(ids("n1")).toEqual(["n1"]);
  expect(ids("127.0.0.1:5000")).toEqual(["n0"]);
  expect(ids("5000")).toEqual(["n0"]);
  expect(ids("cc22d")).toEqual(["n1"]);
  expect(ids("7")).toEqual(["0000abcd01"]);
  expect(ids("ABCD")).toEqual(["0000abcd01", "0000abcd02", "abcdef99"]);
  expect(ids(" 0000abcd02 ")).toEqual(["0000abcd02"]);
  expect(ids("abc")).toEqual([]);
  expect(ids("")).toEqual([]);
});

test("what a node finds is joined with what is known, each thing once", () => {
  const found = told([
    { type: "block", path: "/blocks/0000abcd01", text: "block 7 of the main chain" },
    { type: "account", path: "/accounts/nm1x", text: "account of bob" },
    { type: "comet", path: "/comets/1", text: "of a newer node" },
  ]);
  expect(found.map((f) => f.kind)).toEqual(["block", "account"]);
  expect(joined(find("7", network, []), found).map((f) => f.id)).toEqual(["0000abcd01", "nm1x"]);
});
