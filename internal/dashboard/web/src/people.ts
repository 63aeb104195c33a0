import { signal } from "@preact/signals";
import { network } from "./store";
import { brief } from "./parts/words";

// people are the names of addresses, as nodes told them.
const people = signal<ReadonlyMap<string, string>>(new Map());
const most = 5000;

// meet takes down who is behind addresses: a name of the network's, or the HTTP address of
// the node that mines for it.
export function meet(known: Iterable<readonly [address: string, name: string | undefined]>): void {
  const all = new Map(people.peek());
  let news = false;
  for (const [address, name] of known) {
    if (name === undefined || name === "" || all.get(address) === name || all.size >= most) continue;
    all.set(address, name);
    news = true;
  }
  if (news) people.value = all;
}

// nameOf is who is behind an address: a name, a node's name, or the address cut short.
export function nameOf(address: string): string {
  const name = people.value.get(address);
  if (name === undefined) return brief(address);
  return nodeAt(name) ?? name;
}

// nodeAt is the name of the node whose HTTP server is at an address.
export function nodeAt(address: string): string | undefined {
  for (const n of network.value.now.nodes.values()) if (n.address === address) return n.name;
  return undefined;
}
