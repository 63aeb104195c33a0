import { signal } from "@preact/signals";
import { getExact, Refused } from "./api/client";
import type { FateForm } from "./api/ledger";
import { of } from "./asked";
import { goOn, type Story } from "./model/story";
import { meet } from "./people";

// stories are what has become of transfers, by id, as the nodes told that were asked.
export const stories = signal<ReadonlyMap<string, Story>>(new Map());
const most = 1000;

// fateOf asks a node for a transfer; null if it knows nothing of it.
export async function fateOf(node: string, id: string, signal?: AbortSignal): Promise<FateForm | null> {
  try {
    const fate = await getExact<FateForm>(of(node, `/transactions/${id}`), signal);
    meet([
      [fate.transaction.sender ?? "", fate.sender_name],
      [fate.transaction.recipient, fate.recipient_name],
    ]);
    return fate;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

// learn asks a node for transfers, one after the other, and takes down what it tells.
export async function learn(node: string, ids: readonly string[], signal: AbortSignal): Promise<void> {
  const told: [string, FateForm | null][] = [];
  try {
    for (const id of ids) told.push([id, await fateOf(node, id, signal)]);
  } finally {
    if (told.length > 0) takeDown(told);
  }
}

// takeDown goes on with stories.
export function takeDown(told: Iterable<readonly [id: string, fate: FateForm | null]>): void {
  const all = new Map(stories.peek());
  for (const [id, fate] of told) {
    const story = goOn(all.get(id), fate, Date.now());
    all.delete(id);
    all.set(id, story);
    if (all.size > most) all.delete(all.keys().next().value!);
  }
  stories.value = all;
}
