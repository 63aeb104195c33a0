import type { Parameters } from "./api/forms";
import { times } from "./model/coins";
import { recentBlocks, recently, type Point } from "./model/figures";
import { lately } from "./model/rates";
import { duration, hashrate, percent, scaled } from "./parts/words";

// Figure is a number of the network, and how it is shown and explained.
export interface Figure {
  id: string;
  name: string;
  value: (p: Point, of: Parameters | null) => string;
  note: (p: Point, of: Parameters | null) => string; // beneath it
  said: string; // what exactly is counted
  lines: Line[]; // of its chart
  format: (v: number) => string; // of the chart's values
  stepped?: boolean; // it stays as it is until it changes
  of?: "all" | "tip"; // it is the network's for every view; a node's own at any moment, as its tip is
}

// isNetworks reports whether a figure is the network's although one looks as a node.
export function isNetworks(f: Figure, p: Point, asNode: boolean): boolean {
  return asNode && (f.of === "all" || (p.whose === "" && f.of !== "tip"));
}

export interface Line {
  name: string;
  of: (p: Point, parameters: Parameters | null) => number | null;
}

const known = (v: number) => (v === 0 ? null : v);
const whole = (v: number) => (Number.isInteger(v) ? v.toLocaleString("en") : "");
const share = (part: number, of: number) => (of === 0 ? 0 : part / of);

export const figureList: Figure[] = [
  {
    id: "height",
    name: "height",
    value: (p) => p.height.toLocaleString("en"),
    note: () => "blocks",
    said: "The height of the highest tip that a node has; the genesis block has height 0.",
    lines: [{ name: "height", of: (p) => p.height }],
    format: whole,
    stepped: true,
    of: "tip",
  },
  {
    id: "nodes",
    name: "nodes up",
    value: (p) => `${p.up} of ${p.nodes}`,
    note: (p) => (p.nodes === 0 ? "none" : p.up === p.nodes ? "all" : `${p.nodes - p.up} not`),
    said: "Nodes whose process runs, is not paused, and answers the manager.",
    lines: [
      { name: "up", of: (p) => p.up },
      { name: "all nodes", of: (p) => p.nodes },
    ],
    format: whole,
    stepped: true,
    of: "all",
  },
  {
    id: "reorgs",
    name: "reorgs",
    value: (p) => p.reorgs.toLocaleString("en"),
    note: (p) => (p.reorgs === 0 ? "none yet" : `deepest ${p.deepest}`),
    said: "A reorg is when nodes leave blocks of their chain for a branch with more work. It counts once for the network, however many nodes leave the same branch together; as one node sees it, each of its own counts. Its depth is the number of blocks that are left.",
    lines: [
      { name: "reorgs", of: (p) => p.reorgs },
      { name: "the deepest, in blocks", of: (p) => p.deepest },
    ],
    format: whole,
    stepped: true,
  },
  {
    id: "stale",
    name: "stale rate",
    value: (p) => (p.blocks === 0 ? "–" : percent(share(p.stale, p.blocks))),
    note: (p) => `${p.stale} of ${p.blocks.toLocaleString("en")}`,
    said: "Blocks that the best chain has outrun, of all blocks that came to a node's chain. The best chain is the one that most running nodes have; as one node sees it, its own, and of the blocks only those that it has.",
    lines: [{ name: "stale rate", of: (p) => (p.blocks === 0 ? null : share(p.stale, p.blocks)) }],
    format: percent,
  },
  {
    id: "time",
    name: "block time",
    value: (p) => (p.interval === 0 ? "–" : duration(p.interval)),
    note: (_, of) => (of === null ? "mean" : `wanted ${of.block_time} s`),
    said: `The mean time between the last ${recentBlocks} blocks of the best chain, by when the first node had them: stretches in which nobody mines count too. The difficulty is adjusted so that it comes to what is wanted.`,
    lines: [
      { name: "mean block time", of: (p) => known(p.interval) },
      { name: "wanted", of: (_, of) => of?.block_time ?? null },
    ],
    format: duration,
  },
  {
    id: "hashrate",
    name: "hash rate",
    value: (p) => scaled(p.hashrate),
    note: (p) => (p.tried ? "hashes/s" : "hashes/s, est."),
    said: `Hashes a second of all nodes together, as they tell what they have tried in the last ${lately / 1000} seconds. For times at which nobody asked them it is estimated: the hashes that the blocks of the last ${recently / 1000} seconds take on average, stale ones too. Chance moves that by about one part in the root of the number of these blocks.`,
    lines: [{ name: "hash rate", of: (p) => p.hashrate }],
    format: hashrate,
  },
  {
    id: "difficulty",
    name: "difficulty",
    value: (p) => (p.difficulty === 0 ? "–" : scaled(p.difficulty)),
    note: () => "hashes a block",
    said: "How many hashes it took on average to find the block at the tip of the best chain: 2^256 by its target.",
    lines: [{ name: "difficulty", of: (p) => known(p.difficulty) }],
    format: scaled,
    stepped: true,
  },
  {
    id: "pending",
    name: "pending",
    value: (p) => p.pending.toLocaleString("en"),
    note: (p) => (p.pending === 1 ? "transfer" : "transfers"),
    said: "Transfers that wait for a block at the node that has the most of them. Each node has its own mempool.",
    lines: [{ name: "pending transfers", of: (p) => p.pending }],
    format: whole,
    stepped: true,
    of: "tip",
  },
  {
    id: "coins",
    name: "coins issued",
    value: (p, of) => (of === null ? "–" : grouped(times(of.block_reward, p.height))),
    note: (_, of) => (of === null ? "by blocks" : `${of.block_reward} a block`),
    said: "The rewards of all blocks up to the height shown; fees are no new coins. What the genesis block gave out is not in it.",
    lines: [{ name: "coins issued", of: (p, of) => (of === null ? null : Number(of.block_reward) * p.height) }],
    format: (v) => v.toLocaleString("en"),
    stepped: true,
    of: "tip",
  },
  {
    id: "wasted",
    name: "wasted work",
    value: (p) => (p.work === 0 ? "–" : percent(share(p.wasted, p.work))),
    note: (p) => `${scaled(p.wasted)} hashes`,
    said: "The hashes that stale blocks took on average, of those that all blocks took.",
    lines: [
      { name: "wasted work", of: (p) => p.wasted },
      { name: "work of all blocks", of: (p) => p.work },
    ],
    format: (v) => `${scaled(v)} hashes`,
    stepped: true,
  },
];

function grouped(decimal: string): string {
  const [whole = "0", fraction] = decimal.split(".");
  return BigInt(whole).toLocaleString("en") + (fraction === undefined ? "" : `.${fraction}`);
}
