import type { Reorg } from "./record";

// Change is a reorg of the network: the nodes that left one branch, each once.
export interface Change {
  left: string; // hash of the lowest block that is left, or where that is not known of the tip
  depth: number; // the greatest
  reorgs: Reorg[]; // by node, in the order in which they came
}

const open = 64; // changes to which more nodes may come

// Changes gathers the reorgs of nodes. It counts all, and keeps the last ones.
export class Changes {
  count = 0;
  deepest = 0;
  readonly last: Change[] = [];
  private readonly byNode = new Map<string, { count: number; deepest: number }>();

  constructor(private readonly most: number) {}

  // add takes in a node's reorg, and returns the change that it is part of; parent tells a
  // known block's.
  add(reorg: Reorg, parent: (hash: string) => string | undefined): Change {
    const left = lowestLeft(reorg, parent);
    this.deepest = Math.max(this.deepest, reorg.data.depth);
    const own = this.at(reorg.node);
    this.byNode.set(reorg.node, { count: own.count + 1, deepest: Math.max(own.deepest, reorg.data.depth) });
    const same = this.last.slice(-open).findLast((c) => c.left === left);
    // Who leaves a branch again has gone back to it meanwhile: that is another change.
    if (same !== undefined && !same.reorgs.some((r) => r.node === reorg.node)) {
      same.reorgs.push(reorg);
      same.depth = Math.max(same.depth, reorg.data.depth);
      return same;
    }
    this.count++;
    const change = { left, depth: reorg.data.depth, reorgs: [reorg] };
    this.last.push(change);
    if (this.last.length > this.most) this.last.shift();
    return change;
  }

  // at counts those of one node.
  at(node: string): { count: number; deepest: number } {
    return this.byNode.get(node) ?? { count: 0, deepest: 0 };
  }

  // of finds the change that a node's reorg is part of, by its event's offset.
  of(offset: number): Change | undefined {
    return this.last.find((c) => c.reorgs.some((r) => r.offset === offset));
  }
}

function lowestLeft({ data }: Reorg, parent: (hash: string) => string | undefined): string {
  let hash = data.from.hash;
  for (let i = 1; i < data.depth; i++) {
    const below = parent(hash);
    if (below === undefined) return data.from.hash;
    hash = below;
  }
  return hash;
}
