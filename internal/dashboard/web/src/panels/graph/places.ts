import { computed, effect, signal } from "@preact/signals";
import { alike, pairs, springs, type Pair } from "../../model/links";
import type { Network, Node } from "../../model/network";
import { fit, Places, ring, ticks, type Fit, type Place } from "../../model/places";
import { between, broken, faults, presets } from "../../faults";
import { latency, regionOf, secondsOf } from "../../model/faults";
import { inRegions } from "../../model/regions";
import { recall, remember } from "../../storage";
import { network } from "../../store";

// Where the nodes of the graph are, in pixels of its box.

const key = "networkmngr-places"; // in the tab's storage
const remembered = 1000; // places
const quiet = 300; // ms without a change of the topology before nodes are arranged
const patience = 2000; // ms that changes may put that off
const a_frame = 6; // ms of arranging in a frame
const at_once = 4; // ticks in a frame
const margin = 30; // pixels
const label = 14; // pixels for a name below
const labels = 25; // with that of its machine

export const room = signal({ width: 0, height: 0 });

// wiring is the links as they are. It is the same list until the topology changes.
let wired: { of: Network | null; at: number; list: Pair[] } = { of: null, at: 0, list: [] };
export const wiring = computed(() => {
  const { now } = network.value;
  if (wired.of !== now || wired.at !== now.topology) wired = { of: now, at: now.topology, list: pairs(now) };
  return wired.list;
});

export interface Spot {
  x: number;
  y: number;
  pinned: boolean;
}

const places = new Places(recalled());
const moved = signal(0); // counts the changes of places
const frozen = signal<Fit | null>(null); // while a person drags

// fitted is how places become pixels.
const fitted = computed(() => {
  moved.value;
  if (frozen.value !== null) return frozen.value;
  const known = [...network.value.now.nodes.values()].flatMap((n) => places.at.get(idOf(n)) ?? []);
  const map = faults.value.regions !== undefined;
  const below = network.value.now.machines.size > 0 ? labels : label;
  return fit(known, room.value.width, room.value.height, map ? 1.7 * margin : margin, below, map); // discs reach beyond their nodes
});

// spots are where nodes are drawn, by name.
let spotted = new Map<string, Spot>();
let spottedFor: unknown[] = [];
export const spots = computed<ReadonlyMap<string, Spot>>(() => {
  const inputs = [wiring.value, moved.value, frozen.value, room.value];
  if (inputs.every((input, i) => input === spottedFor[i])) return spotted;
  spottedFor = inputs;
  const f = fitted.value;
  spotted = new Map();
  for (const n of network.value.now.nodes.values()) {
    const p = places.at.get(idOf(n));
    if (p !== undefined) spotted.set(n.name, { x: f.x + p.x * f.across, y: f.y + p.y * f.down, pinned: p.pinned });
  }
  return spotted;
});

function idOf(n: Node): string {
  return n.id === "" ? n.name : n.id;
}

// rearrange has the nodes find their places anew, the pinned ones too.
export function rearrange(): void {
  places.forget();
  arrange(hold());
}

// grip begins a drag of a node, drag moves it, and drop ends that.
export function grip(): void {
  frozen.value = fitted.peek();
}

export function drag(name: string, x: number, y: number): void {
  const f = frozen.peek();
  const n = network.peek().now.nodes.get(name);
  if (f === null || n === undefined) return;
  const inside = (v: number, size: number) => Math.min(Math.max(v, 10), size - 10);
  places.pin(idOf(n), (inside(x, room.value.width) - f.x) / f.across, (inside(y, room.value.height) - f.y) / f.down);
  moved.value++;
}

export function drop(): void {
  frozen.value = null;
  keep();
}

// arranging reports whether nodes are about to be arranged, or move.
export const arranging = signal(true);

// held are the springs of the last arrangement.
export const held = signal<Pair[]>([]);
let arranged = false;

// regionsNow is another text when the regions are others, or what lies between them.
const regionsNow = computed(() => (faults.value.regions === undefined ? "" : JSON.stringify([faults.value.regions, presets.value !== null])));
let regional = ""; // by which the nodes were arranged

// isCut reports whether one of two nodes does not hear the other.
function isCut({ a, b }: Pair): boolean {
  return between(a, b).cut !== "" || between(b, a).cut !== "";
}

// hold has the springs be those of now: events change the network before a picture shows it.
function hold(): readonly Pair[] {
  return (held.value = springs(network.peek().now, wiring.peek(), held.peek(), broken.peek() ? isCut : undefined));
}

// settle arranges the nodes, unless all are where they belong: after a reload, and when
// one has come back.
function settle(): void {
  arranging.value = going !== 0;
  const { now } = network.peek();
  if (now.nodes.size === 0) return;
  const before = held.peek();
  const links = hold();
  const all = [...now.nodes.values()].every((n) => places.at.has(idOf(n)));
  const same = (!arranged || alike(before, links)) && regional === regionsNow.peek();
  arranged = true;
  if (all && same) moved.value++;
  else arrange(links);
}

function arrange(holding: readonly Pair[]): void {
  if (regional !== "" && regionsNow.peek() === "") places.forget(); // and with them the map
  regional = regionsNow.peek();
  const nodes = [...network.peek().now.nodes.values()];
  if (faults.peek().regions !== undefined) return onMap(nodes);
  const ids = new Map(nodes.map((n) => [n.name, idOf(n)]));
  const links = holding.map((p) => [ids.get(p.a)!, ids.get(p.b)!] as const);
  const first = !nodes.some((n) => places.at.has(idOf(n)));
  places.arrange([...ids.values()], links);
  if (first || still.matches) places.settle(ticks, still.matches ? Infinity : 100);
  go();
}

// onMap puts the nodes where their regions are, as far apart as messages take between them.
function onMap(nodes: readonly Node[]): void {
  const { regions } = faults.peek();
  const of = new Map(nodes.map((n) => [n, regionOf(regions, n.name)]));
  const names = Object.keys(regions!.members);
  const list = names.map((name) => ({ name, nodes: nodes.filter((n) => of.get(n) === name).map(idOf) }));
  places.put(inRegions(list, nodes.filter((n) => of.get(n) === "").map(idOf), apart));
  moved.value++;
  keep();
}

const unknown = 150; // ms between regions of which no table says it

// apart is how long a message takes between two regions, in ms: the mean of both ways.
function apart(a: string, b: string): number {
  const { table = "" } = faults.peek().regions ?? {};
  const ms = (from: string, to: string) => 1000 * secondsOf(latency(table, from, to, presets.peek()));
  return (ms(a, b) + ms(b, a)) / 2 || unknown;
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

let going = 0; // id of the frame that is asked for

function go(): void {
  arranging.value = true;
  if (going !== 0) return;
  going = requestAnimationFrame(() => {
    going = 0;
    const more = places.settle(still.matches ? ticks : at_once, still.matches ? Infinity : a_frame);
    moved.value++;
    if (more) return go();
    arranging.value = timer !== 0;
    keep();
  });
}

// begins is in how many ms the first arrangement does: few nodes are on their ring in the first
// picture, and many would hold it up.
function begins(nodes: number): number {
  return nodes <= ring ? 0 : 30;
}

// Arranging waits for the topology to be quiet, as a node links to its peers one by one.
let timer = 0;
let waiting = 0; // since, ms
effect(() => {
  wiring.value;
  arranging.value = true;
  regionsNow.value;
  const now = Date.now();
  if (timer === 0) waiting = now;
  window.clearTimeout(timer);
  const due = spotted.size === 0 ? begins(network.peek().now.nodes.size) : Math.max(0, Math.min(quiet, waiting + patience - now));
  timer = window.setTimeout(() => {
    timer = 0;
    settle();
  }, due);
});

function recalled(): Map<string, Place> {
  try {
    const list = JSON.parse(recall("sessionStorage", key) ?? "[]") as [string, number, number, boolean][];
    return new Map(list.map(([id, x, y, pinned]) => [id, { x, y, pinned }]));
  } catch {
    return new Map(); // nothing that can be read
  }
}

function keep(): void {
  const list = [...places.at].slice(-remembered).map(([id, p]) => [id, Math.round(p.x), Math.round(p.y), p.pinned]);
  remember("sessionStorage", key, JSON.stringify(list));
}
