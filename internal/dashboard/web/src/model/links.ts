import type { Network } from "./network";

// Pair is a link between two nodes.
export interface Pair {
  a: string; // name
  b: string; // of the other, the later one of the network's order
  half: boolean; // only one of them tells of it
}

// pairs returns the links of a network's nodes among each other, each once.
export function pairs(network: Network): Pair[] {
  const names = new Map<string, string>();
  const order = new Map<string, number>();
  for (const n of network.nodes.values()) {
    if (n.id !== "") names.set(n.id, n.name);
    order.set(n.name, order.size);
  }
  const found = new Map<string, Pair>();
  for (const n of network.nodes.values()) {
    for (const id of n.peers.keys()) {
      const peer = names.get(id);
      if (peer === undefined || peer === n.name) continue;
      const [a, b] = order.get(n.name)! < order.get(peer)! ? [n.name, peer] : [peer, n.name];
      const known = found.get(keyOf(a, b));
      if (known === undefined) found.set(keyOf(a, b), { a, b, half: true });
      else known.half = false;
    }
  }
  return [...found.values()];
}

function keyOf(a: string, b: string): string {
  return `${a}\n${b}`;
}

// springs are the links that hold the nodes in their places: those that there are, and
// those that are gone for a while, so that who comes back is where it was: of a node that
// does not run now, until it has met as many again, and of two that are cut off from each
// other. Both lists may be of a moment ago: who has left since is held by none.
export function springs(network: Network, now: readonly Pair[], before: readonly Pair[], cut: (p: Pair) => boolean = () => false): Pair[] {
  const have = new Set(now.map((p) => keyOf(p.a, p.b)));
  const misses = (name: string, other: string) => {
    const n = network.nodes.get(name);
    if (n?.state !== "running") return true;
    return !n.met.has(network.nodes.get(other)?.id ?? "") && n.met.size < before.filter((p) => p.a === name || p.b === name).length;
  };
  const kept = before.filter((p) => !have.has(keyOf(p.a, p.b)) && (misses(p.a, p.b) || misses(p.b, p.a) || cut(p)));
  return [...now, ...kept].filter((p) => network.nodes.has(p.a) && network.nodes.has(p.b));
}

// alike reports whether two lists have the same pairs.
export function alike(a: readonly Pair[], b: readonly Pair[]): boolean {
  const have = new Set(a.map((p) => keyOf(p.a, p.b)));
  return a.length === b.length && b.every((p) => have.has(keyOf(p.a, p.b)));
}
