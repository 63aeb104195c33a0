import type { Network, Node } from "./network";
import type { Record } from "./record";

// Point is what the network was like at a moment. Blocks, stale ones, work, waste and
// reorgs are counted since the record began.
export interface Point {
  offset: number; // of the last event before it
  at: number; // ms since 1970
  height: number;
  up: number; // nodes that run
  nodes: number; // all
  pending: number; // transfers
  blocks: number;
  stale: number;
  work: number; // hashes that the blocks took on average
  wasted: number; // of it, for stale blocks
  reorgs: number; // of the network
  deepest: number; // blocks that one of them undid
  interval: number; // s between the last blocks, the mean; 0 if it is not known
  hashrate: number; // hashes a second in the last while
  difficulty: number; // hashes that the best tip took on average; 0 if it is not known
}

export const recentBlocks = 50; // whose intervals are averaged
export const recently = 60_000; // ms that hash rates are of

// figures are those of now, at a time in ms since 1970. For a node's view, what a node
// has for itself is its own, and the rest of all.
export function figures(network: Network, record: Record, at: number, node: Node | null = null): Point {
  const { tally, changes } = record;
  const best = network.best();
  if (best !== null) tally.follow(best);
  const stale = tally.stale();
  const tip = node === null ? best : node.tip;
  const own = node === null ? null : changes.at(node.name);
  return {
    offset: network.offset,
    at,
    ...standing(network, node),
    blocks: tally.all.blocks,
    stale: stale.blocks,
    work: tally.all.work,
    wasted: stale.work,
    reorgs: own?.count ?? changes.count,
    deepest: own?.deepest ?? changes.deepest,
    interval: tip === null ? 0 : intervalUpTo(network, tip.hash),
    hashrate: rate(record, at),
    difficulty: tip === null ? 0 : (tally.get(tip.hash)?.work ?? 0),
  };
}

// standing is the part of the figures that the network has by itself, without a record.
export function standing(network: Network, node: Node | null = null): Pick<Point, "height" | "up" | "nodes" | "pending"> {
  const nodes = node === null ? [...network.nodes.values()] : [node];
  return {
    height: Math.max(0, ...nodes.map((n) => n.tip?.index ?? 0)),
    up: [...network.nodes.values()].filter((n) => n.state === "running").length,
    nodes: network.nodes.size,
    pending: Math.max(0, ...nodes.map((n) => n.mempool.transactions)),
  };
}

// figuresThen are the figures after an event: what the network had then, and what the record has
// counted by the last point before it. null if the record begins later.
export function figuresThen(network: Network, record: Record, node: Node | null = null): Point | null {
  const before = record.series.points.findLast((p) => p.offset <= network.offset);
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

// rate is the hash rate that the blocks of the last while speak for, stale ones too.
function rate(record: Record, at: number): number {
  const since = Math.max(at - recently, record.firstAt);
  if (at - since < 1000) return 0;
  let work = 0;
  for (const b of record.tally.since(since)) work += b.work;
  return work / ((at - since) / 1000);
}
