import type { BlockRef } from "../api/forms";

// Found is a block that somebody found.
export interface Found extends BlockRef {
  previous_hash: string;
  node: string; // that mined it; empty while it is not known
  at: number; // ms since 1970, of the first word of it
  work: number; // hashes that its target takes on average; 0 if it is not known
}

interface Kept extends Found {
  main: boolean;
  had: ReadonlySet<string> | null; // nodes, of one beside the best chain once its way is forgotten
}

// Sum is of blocks.
export interface Sum {
  blocks: number;
  work: number;
}

const mostNewest = 2000;

// BlockCounts counts blocks, and which of them are on the best chain. It keeps the last ones; of
// those before, what they came to.
export class BlockCounts {
  readonly all: Sum = { blocks: 0, work: 0 };
  private readonly kept = new Map<string, Kept>(); // by hash, in the order in which they came
  private readonly newest: Kept[] = []; // of kept, by time
  private readonly beside = new Map<string, Kept>(); // those of kept that are not on the best chain
  private readonly before: Sum = { blocks: 0, work: 0 }; // stale ones that are no longer kept
  private best: BlockRef = { hash: "", index: -1 };
  private begun = -1; // height up to which there may be blocks that are older than the counts, or forgotten

  constructor(private readonly most = 20_000) {}

  // add takes in a block, once, and what is learned of it later.
  add(found: Found): void {
    const known = this.kept.get(found.hash);
    if (known !== undefined) {
      if (known.node === "") known.node = found.node;
      if (known.work === 0) this.all.work += known.work = found.work;
      return;
    }
    if (!this.kept.has(found.previous_hash)) this.beginAt(found.index - 1);
    const kept: Kept = { ...found, main: false, had: null };
    this.kept.set(found.hash, kept);
    this.beside.set(found.hash, kept);
    count(this.all, kept);
    this.newest.push(kept);
    if (this.newest.length > 2 * mostNewest) this.newest.splice(0, mostNewest);
    if (this.kept.size > this.most) this.forget(this.kept.values().next().value!);
  }

  // beginAt takes down that there was a block of such a height before the counts began.
  beginAt(height: number): void {
    this.begun = Math.max(this.begun, height);
  }

  // isNews reports whether a block that a node hears of can be a new one: nodes that catch
  // up hear of old ones.
  isNews({ hash, index }: BlockRef): boolean {
    return index > this.begun && !this.kept.has(hash);
  }

  get(hash: string): Readonly<Found> | undefined {
    return this.kept.get(hash);
  }

  // follow makes a block the tip of the best chain.
  follow(best: BlockRef): void {
    if (best.hash === this.best.hash && this.kept.get(best.hash)?.main !== false) return;
    const joining: Kept[] = [];
    for (let b = this.kept.get(best.hash); b !== undefined && !b.main; b = this.kept.get(b.previous_hash)) joining.push(b);
    const lowest = joining[joining.length - 1]?.index ?? best.index + 1;
    for (let b = this.kept.get(this.best.hash); b !== undefined && b.main && b.index >= lowest; b = this.kept.get(b.previous_hash)) {
      b.main = false;
      this.beside.set(b.hash, b);
    }
    for (const b of joining) {
      b.main = true;
      this.beside.delete(b.hash);
    }
    this.best = best;
  }

  // stale sums up the blocks that the best chain has outrun: they are not on it, and no
  // higher than its tip.
  stale(): Sum {
    const sum = { ...this.before };
    for (const b of this.beside.values()) if (b.index <= this.best.index) count(sum, b);
    return sum;
  }

  // ofNode sums up the blocks that a node has: those of its chain up to a tip, and those that
  // this chain has outrun. has tells whether a block has come to the node, as far as that is
  // not forgotten.
  ofNode(node: string, tip: BlockRef, has: (hash: string) => boolean | undefined): { all: Sum; stale: Sum } {
    const own = new Set<Kept>(); // blocks of its chain that are not on the best one
    for (let b = this.kept.get(tip.hash); b !== undefined && !b.main; b = this.kept.get(b.previous_hash)) own.add(b);
    const fork = Math.min(tip.index, ...[...own].map((b) => b.index - 1));
    const stale: Sum = { blocks: 0, work: 0 };
    const all = this.mainUpTo(fork);
    const judge = (b: Kept) => {
      const outrun = !own.has(b) && b.index <= tip.index && (has(b.hash) ?? b.had?.has(node) ?? false);
      if (own.has(b) || outrun) count(all, b);
      if (outrun) count(stale, b);
    };
    for (const b of this.beside.values()) judge(b);
    for (const b of this.mainAbove(fork)) judge(b);
    return { all, stale };
  }

  // remember takes down which nodes had a block beside the best chain.
  remember(hash: string, had: Iterable<string>): void {
    const b = this.beside.get(hash);
    if (b !== undefined) b.had = new Set(had);
  }

  // mainUpTo sums up the blocks of the best chain up to a height.
  private mainUpTo(height: number): Sum {
    const sum = { blocks: this.all.blocks - this.before.blocks, work: this.all.work - this.before.work };
    for (const b of this.beside.values()) count(sum, b, -1);
    for (const b of this.mainAbove(height)) count(sum, b, -1);
    return sum;
  }

  private *mainAbove(height: number): Generator<Kept> {
    for (let b = this.kept.get(this.best.hash); b !== undefined && b.index > height; b = this.kept.get(b.previous_hash)) yield b;
  }

  // since yields the last blocks that came after a time, the newest first.
  *since(at: number): Generator<Readonly<Found>> {
    for (let i = this.newest.length - 1; i >= 0 && this.newest[i]!.at > at; i--) yield this.newest[i]!;
  }

  // newestAt is when the last block came, in ms since 1970; 0 if none has.
  newestAt(): number {
    return this.newest[this.newest.length - 1]?.at ?? 0;
  }

  // won counts the kept blocks of the best chain whose miner is known, by node; those that came
  // from a time on.
  won(since = 0): Map<string, number> {
    const won = new Map<string, number>();
    for (const b of this.kept.values()) if (b.main && b.node !== "" && b.at >= since) won.set(b.node, (won.get(b.node) ?? 0) + 1);
    return won;
  }

  private forget(oldest: Kept): void {
    this.kept.delete(oldest.hash);
    this.beginAt(oldest.index);
    if (this.beside.delete(oldest.hash)) count(this.before, oldest);
  }
}

function count(sum: Sum, b: Found, by = 1): void {
  sum.blocks += by;
  sum.work += by * b.work;
}
