import type { BlockRef, ConnectedData, Happening, HeardData, MinedData, ReorgData, StatsData, TipData } from "../api/forms";
import { Bands } from "./bands";
import type { Point } from "./figures";
import { markOf, reorgWords } from "./marks";
import { Moments } from "./moments";
import { Orders } from "./orders";
import { Rates } from "./rates";
import { Changes } from "./reorgs";
import { Series } from "./series";
import { Lives } from "./spread";
import { BlockCounts, type Found, type Sum } from "./blockcounts";
import { workOf } from "./target";

// Bounds of what a Record keeps.
export const mostWays = 300;
const mostMarks = 2000;
const mostReorgs = 500;
const mostPoints = 3600;
const mostViews = 4;
const together = 5000; // ms, within which all nodes are told of a plan

// Arrival is how a block came to a node.
export interface Arrival {
  at: number; // ms since 1970 with a fraction, on the node's main chain or in its store
  from: string; // node id of the peer that it came from; empty for none
  connected: boolean; // on its main chain
  main: number; // ms since 1970 with a fraction, when it came to its main chain first
  late: boolean; // the node came up after the first one had the block
  counts: boolean; // it did, in a life in which the node was up when the first one had the block
}

// Way is how a block went through the network.
export interface Way {
  hash: string;
  index: number;
  miner: string; // name of the node that mined it; empty while it is not known
  first: number; // ms since 1970 with a fraction, when the first node had it
  of: number; // nodes that were up then
  begun: number; // lives of nodes that had begun then
  counted: number; // arrivals that count
  arrivals: Map<string, Arrival>; // by node's name
  search: number; // s that the search took; 0 while it is not known
  hashes: number; // that were tried
}

export interface Reorg {
  offset: number;
  at: number; // ms since 1970
  node: string;
  data: ReorgData;
}

// Mark is something that the timeline shows.
export interface Mark {
  offset: number;
  at: number; // ms since 1970
  type: string;
  nodes: string[]; // whose it is; none for the network
  text: string;
}

// Search sums up the searches in which a node found its blocks.
export interface Search {
  hashes: number;
  seconds: number;
}

// Record is what the page has learned from events: what happened, where Network is what
// there is. It is bounded.
export class Record {
  first = 0; // offset of the first event in it
  last = 0; // offset of the last one
  firstAt = 0; // time of the first one, ms since 1970
  lastAt = 0;
  mined = new Map<string, number>(); // blocks by the node that mined them
  readonly ways = new Map<string, Way>(); // by hash
  heard = 0; // counts what has changed the ways
  private readonly lives = new Lives();
  reorgs: Reorg[] = [];
  readonly marks: Mark[] = [];
  series = new Series<Point>(mostPoints, 1000);
  readonly views = new Map<string, Series<Point>>(); // by node that somebody looks as, its own figures since then
  changes = new Changes(mostReorgs); // reorgs of the network
  readonly searches = new Map<string, Search>(); // by node: what its blocks took
  readonly latest = new Map<string, Search>(); // the same, since nodes were told to mine another way
  readonly orders = new Orders();
  rates = new Rates();
  counts = new BlockCounts();
  readonly withholders = new Set<string>(); // nodes that have withheld blocks
  readonly moments = new Moments();
  bands = new Bands(); // times with faults
  private session = false; // the network mines

  apply(e: Happening): void {
    const at = Date.parse(e.time);
    if (this.first === 0) this.beginWith(e, at);
    this.last = e.offset;
    this.lastAt = Math.max(this.lastAt, at);
    this.moments.note(e.offset, at);
    this.mark(e, at);
    this.live(e);
    switch (e.type) {
      case "block-mined":
        return this.find(e as unknown as Happening<MinedData>, at);
      case "block-received":
      case "block-connected":
        return this.hear(e as unknown as Happening<HeardData>, at);
      case "tip-moved": {
        const tip = e.data as unknown as TipData; // of an old block if the node told nothing of it
        for (const b of tip.last ?? []) if (this.counts.get(b.previous_hash) !== undefined) this.counts.add(found(b, Math.min(at, b.timestamp * 1000)));
        if (this.counts.get(tip.hash) === undefined) this.counts.beginAt(tip.index);
        return;
      }
      case "reorg":
        return this.leave({ offset: e.offset, at, node: e.node!, data: e.data as unknown as ReorgData });
      case "stats":
        return this.rates.add(e.node!, at, e.data as unknown as StatsData);
      case "node-down":
        return this.rates.forget(e.node!);
      case "faults-changed":
        return this.bands.note(e, at);
      case "network-changed":
        this.beginAnew(e, at);
    }
  }

  // beginWith takes down the first event. Before the very first one there were no faults.
  private beginWith(e: Happening, at: number): void {
    Object.assign(this, { first: e.offset, firstAt: at });
    if (e.offset === 1) this.bands = new Bands({});
  }

  // find takes in a block that a node has mined.
  private find(e: Happening<MinedData>, at: number): void {
    const { data, node = "" } = e;
    if (data.withheld) this.withholders.add(node);
    this.mined.set(node, (this.mined.get(node) ?? 0) + 1);
    const way = this.way(data.hash, data.index, precise(e.time));
    Object.assign(way, { miner: node, search: data.seconds, hashes: data.hashes });
    this.arrive(way, node, precise(e.time), "", true);
    for (const searches of [this.searches, this.latest]) {
      const search = searches.get(node) ?? { hashes: 0, seconds: 0 };
      searches.set(node, { hashes: search.hashes + data.hashes, seconds: search.seconds + data.seconds });
    }
    this.counts.add({ ...found(data, at), node });
  }

  // hear takes in a block that came to a node, or to its main chain.
  private hear(e: Happening<HeardData>, at: number): void {
    const { data, node = "" } = e;
    if (!this.ways.has(data.hash) && !this.counts.isNews(data)) return;
    const connected = e.type === "block-connected";
    this.arrive(this.way(data.hash, data.index, precise(e.time)), node, precise(e.time), data.from ?? "", connected);
    if (connected) this.counts.add(found(e.data as unknown as ConnectedData, at));
  }

  // leave takes in a node's reorg. Those of several nodes that leave a branch together are
  // one mark.
  private leave(reorg: Reorg): void {
    push(this.reorgs, reorg, mostReorgs);
    const { reorgs, depth } = this.changes.add(reorg, (hash) => this.counts.get(hash)?.previous_hash);
    const { offset, at } = reorgs[0]!;
    const mark = { offset, at, type: "reorg", nodes: reorgs.map((r) => r.node), text: reorgWords(depth, reorgs.length) };
    const known = reorgs.length === 1 ? -1 : this.marks.findLastIndex((m) => m.offset === offset);
    if (known < 0) push(this.marks, mark, mostMarks);
    else this.marks[known] = mark;
  }

  // watch has a node's own figures taken down from now on, and returns them.
  watch(node: string): Series<Point> {
    let series = this.views.get(node);
    if (series === undefined) {
      series = new Series<Point>(mostPoints, 1000);
      this.views.set(node, series);
      if (this.views.size > mostViews) this.views.delete(this.views.keys().next().value!);
    }
    return series;
  }

  // beginAnew forgets what was of another network, but for what the timeline shows.
  private beginAnew(e: Happening, at: number): void {
    Object.assign(this, { first: e.offset, firstAt: at });
    for (const map of [this.mined, this.ways, this.searches, this.latest, this.withholders]) map.clear();
    this.reorgs = [];
    this.series = new Series<Point>(mostPoints, 1000);
    for (const node of this.views.keys()) this.views.set(node, new Series<Point>(mostPoints, 1000));
    this.changes = new Changes(mostReorgs);
    this.rates = new Rates();
    this.counts = new BlockCounts();
  }

  private mark(e: Happening, at: number): void {
    const text = markOf(e, this.session, this.order(e, at));
    if (text !== null) this.addMark({ offset: e.offset, at, type: e.type, nodes: e.node === undefined ? [] : [e.node], text });
    if (e.node !== undefined) return;
    if (e.type === "mining-started") this.session = true;
    if (["mining-stopped", "network-up", "network-down"].includes(e.type)) this.session = false;
  }

  // order takes down how a node mines from now on, if it says so and no session has it do that,
  // and returns what is other than before, in words; null if nothing is.
  private order(e: Happening, at: number): string | null {
    if (this.session || e.node === undefined || !["mining-started", "mining-changed"].includes(e.type)) return null;
    const before = this.orders.since;
    const order = this.orders.note(e, at);
    if (this.orders.since !== before) this.latest.clear();
    return order;
  }

  // addMark has nodes that are told the same of their mining together be one mark, as of one plan.
  private addMark(mark: Mark): void {
    const same = (m: Mark) => m.type === mark.type && m.text === mark.text && mark.at - m.at < together && !m.nodes.includes(mark.nodes[0]!);
    const known = mark.type.startsWith("mining-") && mark.nodes.length > 0 ? this.marks.findLastIndex(same) : -1;
    if (known < 0) return push(this.marks, mark, mostMarks);
    const first = this.marks[known]!;
    this.marks[known] = { ...first, nodes: [...first.nodes, ...mark.nodes] };
  }

  private way(hash: string, index: number, at: number): Way {
    let way = this.ways.get(hash);
    if (way === undefined) {
      way = { hash, index, miner: "", first: at, of: this.lives.size, begun: this.lives.begun, counted: 0, arrivals: new Map(), search: 0, hashes: 0 };
      this.ways.set(hash, way);
      if (this.ways.size > mostWays) this.forgetWay(this.ways.values().next().value!);
    }
    way.first = Math.min(way.first, at);
    return way;
  }

  // forgetWay forgets a way, but for which nodes had the block if that is stale.
  private forgetWay({ hash, arrivals }: Way): void {
    this.ways.delete(hash);
    this.counts.remember(hash, arrivals.keys());
  }

  // seenBy sums up the blocks that a node with a tip has, and those of them that are stale
  // for it. One without a tip has none.
  seenBy(node: string, tip: BlockRef | null): { all: Sum; stale: Sum } {
    if (tip === null) return { all: { blocks: 0, work: 0 }, stale: { blocks: 0, work: 0 } };
    return this.counts.ofNode(node, tip, (hash) => this.ways.get(hash)?.arrivals.has(node));
  }

  // live takes down which nodes are up.
  private live(e: Happening): void {
    if (e.node === undefined) return;
    if (e.type === "node-up") this.lives.begin(e.node);
    else if (e.type === "node-down") this.lives.end(e.node);
    else this.lives.seen(e.node);
  }

  // arrive takes down when a node had a block first, and when it came to its main chain.
  private arrive(way: Way, node: string, at: number, from: string, connected: boolean): void {
    this.heard++;
    let arrival = way.arrivals.get(node);
    if (arrival === undefined) {
      arrival = { at, from, late: !this.lives.since(node, way.begun), connected: false, main: 0, counts: false };
      way.arrivals.set(node, arrival);
    }
    arrival.at = Math.min(arrival.at, at); // a node tells of one arrival in several events
    if (!connected || arrival.connected) return;
    Object.assign(arrival, { connected, main: at, counts: this.lives.since(node, way.begun) });
    if (arrival.counts) way.counted++;
  }
}

function found({ hash, index, previous_hash, bits }: (ConnectedData | MinedData) & { bits?: string }, at: number): Found {
  return { hash, index, previous_hash, node: "", at, work: bits === undefined ? 0 : workOf(bits) };
}

// precise is a time in ms with its fraction, which Date.parse cuts off.
export function precise(time: string): number {
  const fraction = /\.\d{3}(\d+)/.exec(time);
  return Date.parse(time) + (fraction === null ? 0 : Number(`0.${fraction[1]}`));
}

function push<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
}
