import type { Deed } from "./acts";
import { onNode } from "./api/client";
import type { ClockSetting } from "./api/forms";
import type { Strategy } from "./api/mining";
import { planOf, type Dial } from "./model/dial";
import { sentence } from "./parts/words";

// Acts that bend what nodes hold for true: blocks, and the time.

const did: Deed["did"] = ({ message = "" }) => sentence(message || "done");
const post = (path: string, body?: unknown): Deed => ({ method: "POST", path, did, ...(body === undefined ? {} : { body }) });
const put = (path: string, body: unknown): Deed => ({ method: "PUT", path, did, body });

export const invalidate = (node: string, hash: string) => post(onNode(node, `/blocks/${hash}/invalidate`));
export const reconsider = (node: string, hash: string) => post(onNode(node, `/blocks/${hash}/reconsider`));

// reorg has one node mine aside until its branch outweighs what it leaves.
export const reorg = (depth: number, node: string) => post("/network/reorg", node === "" ? { depth } : { depth, node });

// setClock has one node's clock, or all, go otherwise than the lab's time.
export function setClock(node: string, setting: ClockSetting): Deed {
  return put("/network/clock", node === "" ? { all: setting } : { nodes: { [node]: setting } });
}

// setBehind has the lab's time be behind the machine's by so much.
export const setBehind = (behind: string) => put("/network/clock", { behind });

export const snapshot = (name: string) => post("/network/snapshot", { name });
export const pauseNetwork = post("/network/pause");
export const resumeNetwork = post("/network/resume");

// doubleSpend has a node pay, and mine a branch in which it has not.
export const doubleSpend = (node: string, strategy: Strategy) =>
  ({ ...put(onNode(node, "/mining"), { mode: "continuous", strategy }), did: () => `${node} has paid, and mines in secret on a branch in which it has not.` });

// dial has the nodes mine as a person has set it.
export const dial = (set: Dial) => put("/network/mining", planOf(set));
