import type { BlockRef, Happening } from "../api/forms";

// Secret is a block that its miner's peers have not been told of.
export interface Secret {
  node: string; // that mined it
  givenUp: boolean; // they never will be
}

const most = 600;

// Hidden are the blocks that miners withhold, by hash, in the order in which they were found.
// Who watches the network sees them, and no node but their miner does.
export class Hidden {
  readonly blocks = new Map<string, Secret>();

  // note takes in what a node tells.
  note({ type, node = "", data }: Happening): void {
    const { hash, withheld, blocks } = data as unknown as BlockRef & { withheld?: boolean | number; blocks?: unknown };
    if (type === "block-mined" && withheld === true) this.hide(hash, node);
    else if (type === "blocks-withheld") for (const block of blocks as BlockRef[]) this.hide(block.hash, node);
    else if (type === "blocks-published") this.leave(node, Number(withheld));
    else if (type === "blocks-abandoned") this.giveUp(node, hash, Number(blocks));
    else if (type === "node-down") this.leave(node, 0); // what it withholds in its next life, it tells then
    else if (type.startsWith("block-") && this.blocks.get(hash)?.node !== node) this.blocks.delete(hash); // another one has it
  }

  hide(hash: string, node: string): void {
    this.blocks.set(hash, { node, givenUp: false });
    if (this.blocks.size > most) this.blocks.delete(this.blocks.keys().next().value!);
  }

  // of lists what a node withholds, and may show yet.
  of(node: string): string[] {
    return [...this.blocks].filter(([, s]) => s.node === node && !s.givenUp).map(([hash]) => hash);
  }

  // leave has only a node's newest be hidden, so many.
  private leave(node: string, count: number): void {
    const all = this.of(node);
    for (const hash of all.slice(0, all.length - count)) this.blocks.delete(hash);
  }

  // giveUp has so many blocks up to one never be shown.
  private giveUp(node: string, last: string, count: number): void {
    const all = this.of(node);
    const end = all.indexOf(last) + 1;
    for (const hash of all.slice(Math.max(end - count, 0), end)) this.blocks.set(hash, { node, givenUp: true });
  }
}

interface Known extends BlockRef {
  previous_hash: string;
  node: string; // that mined it
}

// hiddenIn finds what nodes withhold in a picture of the network that says only how many
// blocks each does: the newest that it mined and no other node's chain holds.
export function hiddenIn(nodes: Iterable<{ name: string; withheld: number; tip: BlockRef | null }>, blocks: ReadonlyMap<string, Known>): Hidden {
  const hidden = new Hidden();
  const all = [...nodes];
  for (const { name, withheld } of all) {
    if (!(withheld > 0)) continue;
    const open = new Set<string>();
    for (const other of all) {
      if (other.name === name) continue;
      for (let b = blocks.get(other.tip?.hash ?? ""); b !== undefined && !open.has(b.hash); b = blocks.get(b.previous_hash)) open.add(b.hash);
    }
    const own = [...blocks.values()].filter((b) => b.node === name && !open.has(b.hash)).sort((a, b) => a.index - b.index);
    for (const b of own.slice(-withheld)) hidden.hide(b.hash, name);
  }
  return hidden;
}
