import { computed } from "@preact/signals";
import { mainChain, wonOn } from "./model/chain";
import { hueOf as hueNumber } from "./model/colours";
import type { BlockRef } from "./api/forms";
import { compareNames, type Block, type Network, type Node } from "./model/network";
import { history, network, viewed } from "./store";

// What is shown, of what there is: all of the network, or what one node knows of it.

export interface View {
  network: Network;
  node: Node | null; // whose view it is; null for that of all
  best: BlockRef | null; // tip of the main chain
  blocks: Block[]; // in the order in which they were first seen
}

export const view = computed<View>(() => {
  const { now } = network.value;
  const node = now.nodes.get(viewed.value) ?? null;
  const blocks = withGenesis(now);
  if (node === null) return { network: now, node, best: now.best(), blocks };
  return { network: now, node, best: node.tip, blocks: blocks.filter(knownTo(node, now)) };
});

// won is who mined the kept blocks of the main chain.
export const won = computed(() => wonOn(view.value.network, view.value.best));

// withGenesis returns the kept blocks, and the genesis block if they reach down to it.
function withGenesis(now: Network): Block[] {
  const blocks = [...now.blocks.values()];
  if (now.genesis === "" || (blocks.length > 0 && !blocks.some((b) => b.previous_hash === now.genesis))) return blocks;
  return [{ hash: now.genesis, index: 0, previous_hash: "", miner: "", node: "", transactions: 0, at: 0 }, ...blocks];
}

// knownTo tells which blocks a node has: the genesis block, those of its chain, and those that it told of.
function knownTo(node: Node, now: Network): (b: Block) => boolean {
  const chain = mainChain(now, node.tip);
  const { record } = history.peek();
  return (b) => b.index === 0 || chain.has(b.hash) || record.ways.get(b.hash)?.arrivals.has(node.name) === true;
}

// miners are the nodes that have mined a kept block, n2 before n10.
export const miners = computed(() => {
  const names = new Set<string>();
  for (const b of network.value.now.blocks.values()) if (b.node !== "") names.add(b.node);
  return [...names].sort(compareNames);
});

// hueOf is the class of a miner's colour.
export function hueOf(node: string): string {
  return `hue-${hueNumber(node)}`;
}

// tips groups nodes by tip.
export function tips(nodes: Iterable<Node>): Map<string, Node[]> {
  const groups = new Map<string, Node[]>();
  for (const n of nodes) {
    if (n.tip === null) continue;
    const group = groups.get(n.tip.hash);
    if (group === undefined) groups.set(n.tip.hash, [n]);
    else group.push(n);
  }
  return groups;
}
