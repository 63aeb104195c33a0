import type { Network, Node } from "./network";
import type { Record } from "./record";

// Point is what the network was like at a moment. Blocks, stale ones, work, waste and
// reorgs are counted since the record began.
export interface Point {
  whose: string; // name of the node that they are of; empty for the network
  offset: number; // of the last event before it
  at: number; // ms since 1970
  height: number;
  up: number; // nodes that run
  nodes: number; // all
  pending: number; // transfers
  blocks: number; // that came to it
  stale: number;
  work: number; // hashes that the blocks took on average
  wasted: number; // of it, for stale blocks
  reorgs: number; // of the network
  deepest: number; // blocks that one of them undid
  interval: number; // s between the last blocks, the mean; 0 if it is not known
  hashrate: number; // hashes a second in the last while
  tried: boolean; // it is of what the nodes say that they have tried, and not of the blocks that they found
  difficulty: number; // hashes that the best tip took on average; 0 if it is not known
}

export const recentBlocks = 50; // whose intervals are averaged
export const recently = 60_000; // ms that hash rates are of that are estimated

// figures are those of now, at a time in ms since 1970, of the network or of a node alone.
export function figures(network: Network, record: Record, at: number, node: Node | null = null): Point {
  const { counts, changes } = record;
  const best = network.best();
  if (best !== null) counts.follow(best);
  const tip = node === null ? best : node.tip;
  const { all, stale } = node === null ? { all: counts.all, stale: counts.stale() } : record.seenBy(node.name, tip);
  const own = node === null ? null : changes.at(node.name);
  return {
    whose: node?.name ?? "",
    offset: network.offset,
    at,
    ...standing(network, node),
    blocks: all.blocks,
    stale: stale.blocks,
    work: all.work,
    wasted: stale.work,
    reorgs: own?.count ?? changes.count,
    deepest: own?.deepest ?? changes.deepest,
    interval: tip === null ? 0 : intervalUpTo(network, tip.hash),
    ...hashrate(record, at, node),
    difficulty: tip === null ? 0 : (counts.get(tip.hash)?.work ?? 0),
  };
}

// hashrate is what is really tried where the nodes tell it, and else what the blocks say.
function hashrate(record: Record, at: number, node: Node | null): Pick<Point, "hashrate" | "tried"> {
  const { rates, counts } = record;
  if (!rates.knows(at, counts.newestAt())) return { hashrate: estimate(record, at, node), tried: false };
  return { hashrate: node === null ? rates.all(at) : rates.of(node.name, at), tried: true };
}

// standing is the part of the figures that the network has by itself, without a record.
export function standing(network: Network, node: Node | null = null): Pick<Point, "height" | "up" | "nodes" | "pending"> {
  const nodes = node === null ? [...network.nodes.values()] : [node];
  return {
    height: Math.max(0, ...nodes.map((n) => openHeight(network, n, node !== null))),
    up: [...network.nodes.values()].filter((n) => n.state === "running").length,
    nodes: network.nodes.size,
    pending: Math.max(0, ...nodes.map((n) => n.mempool.transactions)),
  };
}

// openHeight is that of a node's chain but, unless it looks for itself, without what it
// withholds.
function openHeight({ hidden, blocks }: Network, { tip }: Node, own: boolean): number {
  if (tip === null) return 0;
  let secret = 0;
  if (!own) for (let hash = tip.hash; hidden.blocks.has(hash); hash = blocks.get(hash)?.previous_hash ?? "") secret++;
  return tip.index - secret;
}

// figuresThen are the figures after an event: what the network had then, and what the record has
// counted by the last point before it: the node's own, or where there is none the network's.
// null if the record begins later.
export function figuresThen(network: Network, record: Record, node: Node | null = null): Point | null {
  const lastOf = (points: readonly Point[] = []) => points.findLast((p) => p.offset <= network.offset);
  const before = lastOf(record.views.get(node?.name ?? "")?.points) ?? lastOf(record.series.points);
  return before === undefined ? null : { ...before, ...standing(network, node) };
}

// intervalUpTo is the mean time between the last blocks of a chain, in s.
function intervalUpTo(network: Network, tip: string): number {
  let [newest, oldest, count] = [0, 0, 0];
  for (const b of network.chain(tip)) {
    if (b.index === 0) break; // its time is of its making
    if (count === 0) newest = b.at;
    oldest = b.at;
    if (count++ === recentBlocks) break;
  }
  return count < 2 ? 0 : (newest - oldest) / (count - 1) / 1000;
}

// estimate is the hash rate that the blocks of the last while speak for, stale ones too.
function estimate(record: Record, at: number, node: Node | null): number {
  const since = Math.max(at - recently, record.firstAt);
  if (at - since < 1000) return 0;
  let work = 0;
  for (const b of record.counts.since(since)) if (node === null || b.node === node.name) work += b.work;
  return work / ((at - since) / 1000);
}
