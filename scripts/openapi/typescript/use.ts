// use.js MANAGER BEFORE AFTER asks the network of the manager at MANAGER, host:port, by
// the types that scripts/openapi/clients generates. It fails unless alice has BEFORE
// coins, and AFTER once a block holds a transfer of the least amount for the least fee.
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { client } from "./ask.js";
import type { paths as ManagerPaths } from "./manager.js";
import type { paths as NodePaths } from "./node.js";

const [manager = "", before = "", after = ""] = process.argv.slice(2);
const least = 0.00000001;

const network = client<ManagerPaths>(manager);
const { nodes, network: name } = await network("get", "/state");
strictEqual(nodes.length, 2, `two nodes in the state of ${name}`);
const [first] = nodes;
ok(first);
const node = client<NodePaths>(first.address);

const balance = async (): Promise<string> =>
  String((await node("get", "/accounts/{address}", { values: { address: "alice" } })).balance);
strictEqual(await balance(), before);

const sent = await node("post", "/transactions", {
  body: { sender: "alice", recipient: "node", amount: least, fee: String(least) },
});
const { block } = await network("post", "/nodes/{node}/mine", { values: { node: first.name } });
const held = block.transactions.filter((t) => t.type === "transfer");
deepStrictEqual(held.map((t) => [t.id, t.amount, t.fee]), [[sent.id, least, least]]);

strictEqual(await balance(), after);
console.log("TypeScript:", before, "coins were read exactly, and", after, "after a transfer");
