import type { Way } from "./record";

// How fast blocks spread, counted as the manager's metrics count it: of the nodes that were
// up when the first one had the block, to a share of which it has come, on the main chain.

// Lives tells which nodes are up, each in which of all lives so far.
export class Lives {
  begun = 0;
  private readonly of = new Map<string, number>(); // by name; 0 for one that began earlier than the record

  get size(): number {
    return this.of.size;
  }

  begin(node: string): void {
    this.of.set(node, ++this.begun);
  }

  end(node: string): void {
    this.of.delete(node);
  }

  // seen takes in a node that tells something and whose beginning was before the record's.
  seen(node: string): void {
    if (!this.of.has(node)) this.of.set(node, 0);
  }

  // since reports whether a node is up in a life that had begun when so many had.
  since(node: string, begun: number): boolean {
    const life = this.of.get(node);
    return life !== undefined && life <= begun;
  }
}

// share is how many of all are so many in a hundred, at least.
export function share(of: number, percent: number): number {
  return Math.floor((of * percent + 99) / 100);
}

// Spread is how a block came to the nodes. Times are ms after its first node.
export interface Spread {
  has: number; // nodes that it came to, of those that were up
  of: number; // that were up
  half: number | undefined; // until half of them had it; undefined while fewer do
  ninety: number | undefined; // until nine in ten had it
}

// spreads are those that were worked out, as many ask for them again and again.
const spreads = new WeakMap<Way, Spread>();

// spreadOf works out how a block came to the nodes so far.
export function spreadOf(way: Way): Spread {
  const before = spreads.get(way);
  if (before?.has === way.counted) return before;
  const spread = workOut(way);
  spreads.set(way, spread);
  return spread;
}

function workOut(way: Way): Spread {
  const times: number[] = [];
  for (const a of way.arrivals.values()) if (a.counts) times.push(a.main);
  times.sort((a, b) => a - b);
  const of = Math.max(way.of, times.length); // the record may have begun in the middle
  const after = (percent: number) => {
    const at = times[Math.max(1, share(of, percent)) - 1];
    return at === undefined ? undefined : at - times[0]!;
  };
  return { has: times.length, of, half: after(50), ninety: after(90) };
}

// median is the middle one of numbers, the mean of the middle two of an even count, and
// undefined of none.
export function median(numbers: Iterable<number | undefined>): number | undefined {
  const sorted = [...numbers].filter((n) => n !== undefined).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

// Step is one arrival in the order of arrival.
export interface Step {
  node: string; // name
  from: string; // node id of the peer; empty for none
  after: number; // ms after the first node had the block
}

// steps are a block's arrivals, the first one first.
export function steps(way: Way): Step[] {
  return [...way.arrivals]
    .map(([node, { at, from }]) => ({ node, from, after: Math.max(0, at - way.first) }))
    .sort((a, b) => a.after - b.after);
}

// comparable are the blocks that came to nine in ten, if there are any: of other blocks the
// medians could say that nine in ten had theirs before half of them.
export function comparable(all: Spread[]): Spread[] {
  const whole = all.filter((s) => s.ninety !== undefined);
  return whole.length > 0 ? whole : all;
}
