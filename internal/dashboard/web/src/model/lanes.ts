// The fork tree's lanes.

export interface Known {
  hash: string;
  previous_hash: string;
  index: number; // height
}

// lanes returns the lane of each block: 0 for the ancestors of best, higher ones for
// branches, each the lowest that is free from the branch's fork to its end and one column
// further, and outside of the branch that it parts from. Blocks come in the order in which
// they were first seen. A block on the best tip moves no other, nor does a new fork there.
export function lanes(blocks: readonly Known[], best: string): Map<string, number> {
  const byHash = new Map(blocks.map((b) => [b.hash, b]));
  const lane = new Map<string, number>();
  for (let b = byHash.get(best); b !== undefined; b = byHash.get(b.previous_hash)) lane.set(b.hash, 0);
  const ends: { from: number; to: number; lane: number }[] = [];
  for (const branch of branches(blocks, byHash, lane)) {
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

// branches returns the runs of blocks beside the main chain, a parent's before its
// children's, else the one that forks lower or came earlier first.
function branches(blocks: readonly Known[], byHash: Map<string, Known>, main: Map<string, number>): Known[][] {
  const side = blocks.filter((b) => !main.has(b.hash));
  const order = new Map(blocks.map((b, i) => [b.hash, i]));
  const children = new Map<string, Known[]>();
  for (const b of side) children.set(b.previous_hash, [...(children.get(b.previous_hash) ?? []), b]);
  const depth = depths(side, children);
  const runs: Known[][] = [];
  for (const b of side) {
    const siblings = children.get(b.previous_hash)!;
    const continues = byHash.has(b.previous_hash) && !main.has(b.previous_hash) && heir(siblings, depth) === b;
    if (continues) continue;
    const run = [b];
    for (let next = heir(children.get(b.hash) ?? [], depth); next !== undefined; next = heir(children.get(next.hash) ?? [], depth)) run.push(next);
    runs.push(run);
  }
  return runs.sort((a, b) => a[0]!.index - b[0]!.index || order.get(a[0]!.hash)! - order.get(b[0]!.hash)!);
}

// heir is the child that goes on with its parent's branch: the one with the deepest
// subtree, the first seen of several.
function heir(children: readonly Known[], depth: Map<string, number>): Known | undefined {
  let best: Known | undefined;
  for (const child of children) if (best === undefined || depth.get(child.hash)! > depth.get(best.hash)!) best = child;
  return best;
}

// depths counts the blocks of the longest way up from each block.
function depths(side: readonly Known[], children: Map<string, Known[]>): Map<string, number> {
  const depth = new Map<string, number>();
  for (const b of [...side].sort((a, b) => b.index - a.index)) {
    depth.set(b.hash, 1 + Math.max(0, ...(children.get(b.hash) ?? []).map((c) => depth.get(c.hash) ?? 0)));
  }
  return depth;
}
