import { signal } from "@preact/signals";
import { steps, type Step } from "../../model/spread";
import type { Way } from "../../model/record";

// The way of one block through the network, shown again in slow motion.

const shortest = 2000; // ms that it takes on the page
const longest = 12_000;
const slowdown = 100;

export interface Replay {
  hash: string;
  miner: string; // name
  steps: Step[];
  slow: number; // ms on the page for each of the block's
  began: number; // performance.now()
  ends: number;
}

export const replay = signal<Replay | null>(null);

// play shows a block's way; the graph ends it.
export function play(way: Way): void {
  const list = steps(way);
  const whole = list[list.length - 1]?.after ?? 0;
  if (whole === 0) return;
  const takes = Math.min(Math.max(whole * slowdown, shortest), longest);
  const began = performance.now();
  replay.value = { hash: way.hash, miner: way.miner, steps: list, slow: takes / whole, began, ends: began + takes + 1500 };
}

export function stopReplay(): void {
  replay.value = null;
}
