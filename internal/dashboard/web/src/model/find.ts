import type { Network } from "./network";
import { brief } from "../parts/words";

// Found is one thing that a text may mean.
export interface Found {
  kind: "block" | "node" | "transfer" | "account";
  id: string; // hash, name, id, address
  text: string; // for people
}

const most = 8;
const fewest = 4; // digits of a hash that begin to tell

// find looks for a text among what the page knows: a node by name, id or address, a block
// by its height or by the digits after its zeros, a transfer by the first of its id.
export function find(text: string, network: Network, transfers: Iterable<string>): Found[] {
  const found: Found[] = [];
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return found;
  for (const n of network.nodes.values()) {
    const is = n.name.toLowerCase() === wanted || n.address === wanted || n.address.endsWith(`:${wanted}`) || (long(wanted) && n.id.startsWith(wanted));
    if (is) found.push({ kind: "node", id: n.name, text: `node ${n.name}` });
  }
  for (const b of network.blocks.values()) {
    if (String(b.index) === wanted || (long(wanted) && begins(b.hash, wanted))) {
      found.push({ kind: "block", id: b.hash, text: `block ${b.index}${b.node === "" ? "" : ` by ${b.node}`}` });
    }
  }
  if (long(wanted)) for (const id of transfers) if (id.startsWith(wanted)) found.push({ kind: "transfer", id, text: `transfer ${brief(id)}` });
  return found.slice(0, most);
}

function long(text: string): boolean {
  return text.length >= fewest && /^[0-9a-f]+$/.test(text);
}

// begins reports whether a hash begins with digits, with or without its zeros.
function begins(hash: string, digits: string): boolean {
  return hash.startsWith(digits) || hash.replace(/^0+/, "").startsWith(digits);
}

// told is what a node's answer to a search means.
export function told(results: { type: string; path: string; text: string }[]): Found[] {
  return results.flatMap(({ type, path, text }) => {
    const kind = ({ block: "block", transaction: "transfer", account: "account" } as const)[type];
    return kind === undefined ? [] : [{ kind, id: decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)), text }];
  });
}

// joined are what two searches have found, each thing once.
export function joined(a: Found[], b: Found[]): Found[] {
  return [...a, ...b.filter((f) => !a.some((g) => g.kind === f.kind && g.id === f.id))];
}
