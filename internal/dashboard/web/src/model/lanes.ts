// The fork tree's lanes.

export interface Known {
  hash: string;
  previous_hash: string;
  index: number; // height
}

// lanes returns the lane of each block: 0 for best, its ancestors and what is built on it,
// higher ones for branches, each the lowest that is free from the branch's fork to its end
// and one column further, and outside of the branch that it parts from. Blocks come in the
// order in which they were first seen. A block on the best tip moves no other, nor does a
// new fork there. If best is missing, the highest block takes its place.
export function lanes(blocks: readonly Known[], best: string): Map<string, number> {
  const tree = new Tree(blocks);
  const lane = new Map<string, number>();
  for (const b of tree.straight(best)) lane.set(b.hash, 0);
  const ends: { from: number; to: number; lane: number }[] = [];
  for (const branch of tree.branches(lane)) {
    const first = branch[0]!;
    const from = first.index - 1;
    const to = branch[branch.length - 1]!.index + 1;
    let l = (lane.get(first.previous_hash) ?? 0) + 1;
    while (ends.some((e) => e.lane === l && e.from <= to && from <= e.to)) l++;
    ends.push({ from, to, lane: l });
    for (const b of branch) lane.set(b.hash, l);
  }
  return lane;
}

// Tree is blocks with what is built on them.
class Tree {
  private readonly byHash: Map<string, Known>;
  private readonly children = new Map<string, Known[]>(); // by parent's hash
  private readonly depth = new Map<string, number>(); // blocks of the longest way up from a block

  constructor(private readonly blocks: readonly Known[]) {
    this.byHash = new Map(blocks.map((b) => [b.hash, b]));
    for (const b of blocks) {
      const siblings = this.children.get(b.previous_hash);
      if (siblings === undefined) this.children.set(b.previous_hash, [b]);
      else siblings.push(b);
    }
    for (const b of [...blocks].sort((a, b) => b.index - a.index)) {
      this.depth.set(b.hash, 1 + Math.max(0, ...(this.children.get(b.hash) ?? []).map((c) => this.depth.get(c.hash) ?? 0)));
    }
  }

  // straight yields the main chain from its tip down, and then what goes on from there.
  *straight(best: string): Generator<Known> {
    const tip = this.byHash.get(best) ?? this.highest();
    for (let b = tip; b !== undefined; b = this.byHash.get(b.previous_hash)) yield b;
    if (tip !== undefined) yield* this.from(tip);
  }

  // branches returns the runs of blocks beside the main chain, a parent's before its
  // children's, else the one that forks lower or came earlier first.
  branches(main: ReadonlyMap<string, number>): Known[][] {
    const begins = (b: Known) => {
      const parent = this.byHash.get(b.previous_hash);
      return !main.has(b.hash) && (parent === undefined || main.has(parent.hash) || this.heir(parent) !== b);
    };
    const firsts = this.blocks.filter(begins).sort((a, b) => a.index - b.index); // which is stable
    return firsts.map((b) => [...this.from(b)]);
  }

  // from yields a block and those that go on with its branch.
  private *from(first: Known): Generator<Known> {
    for (let b: Known | undefined = first; b !== undefined; b = this.heir(b)) yield b;
  }

  // heir is the child that goes on with its parent's branch: the one with the deepest
  // subtree, the first seen of several.
  private heir(parent: Known): Known | undefined {
    let best: Known | undefined;
    for (const child of this.children.get(parent.hash) ?? []) {
      if (best === undefined || this.depth.get(child.hash)! > this.depth.get(best.hash)!) best = child;
    }
    return best;
  }

  private highest(): Known | undefined {
    let highest = this.blocks[0];
    for (const b of this.blocks) if (b.index > highest!.index) highest = b;
    return highest;
  }
}
