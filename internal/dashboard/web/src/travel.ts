import { effect, signal } from "@preact/signals";
import { getExact } from "./api/client";
import type { Happening, StateForm } from "./api/forms";
import { types } from "./api/stream";
import { Network } from "./model/network";
import { frame } from "./pictures";
import { history, past, present } from "./store";
import { say } from "./ui";

// Looking back: what the network was like after an event, and playing on from there.

// wanted is the offset that a person goes to, which may be on its way; 0 for now.
export const wanted = signal(0);

// speed is how many times as fast as it was the past goes on; 0 while it stands.
export const speed = signal(0);

let going = false;
let played = 0; // number of the play that is on

// goTo shows the network as it was after an event. While one answer is on its way, only the
// last wish is remembered.
export async function goTo(offset: number): Promise<void> {
  if (offset >= present().offset) return back();
  speed.value = 0;
  wanted.value = offset;
  if (going) return;
  going = true;
  try {
    while (wanted.peek() !== 0 && wanted.peek() !== past.peek()?.offset) await show(wanted.peek());
  } finally {
    going = false;
  }
}

async function show(offset: number): Promise<void> {
  try {
    const state = await getExact<StateForm>(`/state?at=${offset}`);
    if (wanted.peek() !== 0) past.value = new Network(state);
  } catch (error) {
    if (wanted.peek() === offset) wanted.value = past.peek()?.offset ?? 0;
    say(error instanceof Error ? error.message : String(error), { bad: true });
  }
}

// back shows the network as it is now.
export function back(): void {
  speed.value = 0;
  wanted.value = 0;
  past.value = null;
}

// Whoever goes back to now elsewhere ends the journey.
effect(() => {
  if (past.value !== null) return;
  speed.value = 0;
  wanted.value = 0;
});

const page = 2000; // events that are read at once
const longest = 2000; // ms that a quiet stretch takes
const tick = 40; // ms

// play has the past go on, so many times as fast as it was. Where nothing happened for
// long, it goes on sooner.
export async function play(times: number): Promise<void> {
  const network = past.peek();
  speed.value = network === null ? 0 : times;
  const mine = ++played;
  if (network === null || times === 0) return;
  let clock = history.peek().record.moments.timeOf(network.offset);
  let ahead: Happening[] = [];
  while (mine === played && speed.peek() === times && past.peek() === network) {
    if (ahead.length === 0) {
      const more = await read(network.offset + 1);
      if (mine !== played || past.peek() !== network) return;
      if (more === null) return stand();
      if (more.length === 0) return back(); // it has come to now
      ahead = more;
    }
    clock = Math.max(clock + tick * times, Date.parse(ahead[0]!.time) - longest * times);
    let n = 0;
    for (; n < ahead.length && Date.parse(ahead[n]!.time) <= clock; n++) network.apply(ahead[n]!);
    if (n > 0) {
      ahead = ahead.slice(n);
      wanted.value = network.offset;
      frame.value++;
    }
    await new Promise((resolve) => window.setTimeout(resolve, tick));
  }
}

// stand ends the play where it is.
function stand(): void {
  speed.value = 0;
}

// read reads the next events; null if they cannot be had.
async function read(from: number): Promise<Happening[] | null> {
  try {
    const { events } = await getExact<{ events: Happening[] }>(`/events?from=${from}&limit=${page}&types=${types}`);
    return events.filter((e) => e.type !== "bookmark");
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
    return null;
  }
}
