import { computed, effect, signal } from "@preact/signals";
import type { Happening, StateForm } from "./api/forms";
import { getExact, setNeeds } from "./api/client";
import { follow, types, type Position } from "./api/stream";
import { crowds, happens } from "./model/crowd";
import { figures } from "./model/figures";
import { Network } from "./model/network";
import { Flow } from "./model/pace";
import { Record } from "./model/record";
import { urgent } from "./model/urgent";
import { crowded, frame, show, showLater, whenDrawn } from "./pictures";
import { say } from "./ui";

// Connection is whether the page hears the manager.
export type Connection = { up: true } | { up: false; why: string; since: number };

export const connection = signal<Connection>({ up: false, why: "connecting", since: Date.now() });

// Absence is a time in which the page did not hear the manager, and which is over.
export interface Absence {
  lasted: number; // ms
  from: number; // by the manager's clock, ms since 1970: of the last event before it
  until: number;
  anew: boolean; // what there is now does not go on from before
}

// absence is the last one; null if there was none, or none that one need be told of any more.
export const absence = signal<Absence | null>(null);
export const patience = 1500; // ms without a connection before it is said aloud

// live is the network now, past the one at a moment that a person looks back at.
let live = new Network();
export const past = signal<Network | null>(null);

// present is the network now, also while the past is shown.
export function present(): Network {
  return live;
}

// record is what has happened.
let record = new Record();

// viewed is the name of the node whose view is shown; empty for the view of all.
export const viewed = signal("");

// network is the one that is shown. It depends on frame, as it changes in place.
export const network = computed(() => {
  frame.value;
  return { now: past.value ?? live };
});

// A node's own figures are taken down from when somebody looks as it.
effect(watchViewed);

function watchViewed(): void {
  if (viewed.value !== "") record.watch(viewed.value);
}

// lookedBack counts how often the record has got what was before: what has come meanwhile was told
// to listeners before it was in there.
export const lookedBack = signal(0);

// history is what has happened so far.
export const history = computed(() => {
  frame.value;
  lookedBack.value;
  return { record };
});

// events are listeners to each event as it comes.
type Listener = (events: Happening[]) => void;
const listeners = new Set<Listener>();

// listen has a listener hear the events that come, until it is ended.
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const backlog = 20_000; // events before the page's start that it looks back at
const page = 2000; // of them that are asked for at once
const slice = 500; // of them that are taken in at once: whoever does something meanwhile need not wait for all
const lull = 1000; // ms between two parts of the stream where the nodes need all cores: each costs
const hiddenFor = 30_000; // ms that a hidden page goes on listening

let at: Position = { stream: "", offset: 0 };
let phase: "beginning" | "following" | "resting" = "beginning";
let stop = new AbortController();
let begun = false; // the record has the events before the page's start
let early: Happening[] = []; // came before that

// start shows the network from now on. It never ends: what cannot be had is tried again.
export async function start(): Promise<void> {
  document.addEventListener("visibilitychange", rest);
  await begin();
}

// begin reads what there is, and then what happens. Of a stream that is known, the record
// goes on: it lacks what was missed.
async function begin(): Promise<void> {
  phase = "beginning";
  stop.abort();
  const state = await readState();
  setNeeds(state.manager);
  if (state.stream === at.stream) {
    live = new Network(state);
    at.offset = Math.min(at.offset, state.offset);
    show();
  } else {
    restart(state);
    const ours = record;
    whenDrawn(() => void lookBack(ours, state.offset));
  }
  open();
  rest(); // it may be hidden meanwhile
}

async function readState(): Promise<StateForm> {
  for (;;) {
    try {
      return await getExact<StateForm>("/state");
    } catch (error) {
      lose(error instanceof Error ? error.message : String(error));
      await new Promise((resolve) => window.setTimeout(resolve, 1000));
    }
  }
}

function restart(state: StateForm): void {
  if (absence.value !== null) absence.value = { ...absence.value, anew: true };
  live = new Network(state);
  record = new Record();
  watchViewed();
  at = { stream: state.stream, offset: state.offset };
  begun = false;
  early = [];
  past.value = null;
  frame.value++; // before the page is drawn first, so that it is not drawn twice
}

function open(): void {
  phase = "following";
  stop = new AbortController();
  void follow(at, { take, connected, lost: lose, pause: () => (crowded.peek() ? lull : 0) }, stop.signal);
}

function connected(): void {
  const before = connection.value;
  connection.value = { up: true };
  const lasted = before.up ? 0 : Date.now() - before.since;
  if (heard > 0 && lasted >= patience) absence.value = { lasted, from: heard, until: managersTime(), anew: false };
}

let heard = 0; // time of the last event before the connection was lost; 0 while there was none

function lose(why: string): void {
  const now = connection.value;
  if (now.up) heard = (begun && record.lastAt) || managersTime(); // who has looked back at nothing yet was there until now
  connection.value = { up: false, why, since: now.up ? Date.now() : now.since };
}

// take applies events, and has them shown in the next frame. After a gap the network is not
// what they say: it is read anew.
function take(events: Happening[]): void {
  if (events.some(another)) {
    say("another network is here now than before");
    at.stream = "";
    void begin();
    return;
  }
  for (const e of events) {
    if (e.type === "bookmark") continue;
    if (e.offset > live.offset) live.apply(e);
    if (begun) observe(e);
    else early.push(e);
  }
  ahead = Math.max(ahead, Date.parse(events[events.length - 1]!.time) - Date.now());
  crowded.value = flow.floods(performance.now(), happens(events, live.nodes.size)) && atNodes && crowds(live, navigator.hardwareConcurrency);
  for (const listener of listeners) listener(events);
  if (urgent(events, crowded.peek())) show();
  else showLater();
  if (events.some((e) => e.type === "gap")) void begin();
}

const flow = new Flow();

// atNodes is whether the page is drawn by the machine that the nodes are on.
const atNodes = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

// another reports whether an event says that nothing known holds any more.
function another(e: Happening): boolean {
  return e.type === "gap" && e.data.reason === "another-network" && e.node === undefined;
}

// observe takes an event into the record, once: after a gap some may come again.
function observe(e: Happening): void {
  if (e.offset <= record.last) return;
  record.apply(e);
  takeDown(live, Date.parse(e.time));
}

// takeDown adds points to the record, if they are due.
function takeDown(n: Network, at: number): void {
  if (record.series.due(at)) record.series.add(figures(n, record, at));
  for (const [name, series] of record.views) {
    const node = n.nodes.get(name);
    if (node !== undefined && series.due(at)) series.add(figures(n, record, at, node));
  }
}

// ahead is by how many ms the manager's clock is ahead of the browser's, as far as the
// event tells that came soonest.
let ahead = -Infinity;

// managersTime is the time of the manager's clock, in ms since 1970.
export function managersTime(): number {
  return Date.now() + (ahead === -Infinity ? 0 : ahead);
}

// passTime shows what changes although nothing happens: rates fall.
export function passTime(): void {
  if (begun) takeDown(live, managersTime());
  showLater();
}

// lookBack reads the events up to an offset into the record, if that is still the one.
async function lookBack(ours: Record, end: number): Promise<void> {
  if (ours !== record) return;
  const before: Happening[] = [];
  const start = Math.max(1, end - backlog + 1);
  const then = await after(start - 1);
  try {
    for (let from = start; from <= end; ) {
      const part = await getExact<{ events: Happening[]; next: number }>(`/events?from=${from}&limit=${page}&types=${types}`);
      before.push(...part.events.filter((e) => e.type !== "bookmark" && e.offset <= end));
      if (part.next <= from) break;
      from = part.next;
    }
  } catch {
    // The record then begins with the page: its figures say since when they count.
  }
  if (ours !== record) return;
  record.counts.beginAt(then.best()?.index ?? -1);
  for (const [i, e] of before.entries()) {
    if (i % slice === 0 && !document.hidden) await new Promise((resolve) => window.setTimeout(resolve));
    if (ours !== record) return;
    then.apply(e);
    record.apply(e);
    takeDown(then, Date.parse(e.time));
  }
  begun = true;
  for (const e of early) observe(e);
  early = [];
  lookedBack.value++;
  show();
}

// reach is the stream, with the first event that the page has or will have looked back at, and
// the last one that it knows of.
export function reach(): { stream: string; first: number; last: number } {
  return { stream: live.stream, first: record.first || Math.max(1, live.offset - backlog + 1), last: live.offset };
}

// after is the network after an event, or one that nothing is known of.
async function after(offset: number): Promise<Network> {
  if (offset === 0) return new Network();
  return getExact<StateForm>(`/state?at=${offset}`).then((state) => new Network(state), () => new Network());
}

// rest ends the stream of a page that nobody sees, and goes on when somebody does: a
// browser has six connections to a host for all its tabs.
let hidden = 0; // timer
function rest(): void {
  window.clearTimeout(hidden);
  if (document.hidden) hidden = window.setTimeout(doze, hiddenFor);
  else if (phase === "resting") open();
}

function doze(): void {
  if (phase !== "following") return;
  phase = "resting";
  stop.abort();
}
