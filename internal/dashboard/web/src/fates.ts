import { signal } from "@preact/signals";
import { getExact, onNode, Refused } from "./api/client";
import type { FateForm } from "./api/ledger";
import { goOn, type Story } from "./model/story";
import { meet } from "./people";

// stories are what has become of transfers, as each node told that was asked.
const stories = signal<ReadonlyMap<string, Story>>(new Map());
const most = 2000;
const key = (node: string, id: string) => `${id} ${node}`;

// storyOf is what a node has told of a transfer.
export function storyOf(node: string, id: string): Story | undefined {
  return stories.value.get(key(node, id));
}

// storiesOf are what the nodes have told of a transfer, by their names.
export function storiesOf(id: string): Map<string, Story> {
  const found = new Map<string, Story>();
  for (const [k, story] of stories.value) if (k.startsWith(`${id} `)) found.set(k.slice(id.length + 1), story);
  return found;
}

// fateOf asks a node for a transfer; null if it knows nothing of it.
export async function fateOf(node: string, id: string, signal?: AbortSignal): Promise<FateForm | null> {
  try {
    const fate = await getExact<FateForm>(onNode(node, `/transactions/${id}`), signal);
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
    if (told.length > 0) takeDown(node, told);
  }
}

// takeDown goes on with the stories of a node.
export function takeDown(node: string, told: Iterable<readonly [id: string, fate: FateForm | null]>): void {
  const all = new Map(stories.peek());
  for (const [id, fate] of told) {
    const story = goOn(all.get(key(node, id)), fate, Date.now());
    all.delete(key(node, id));
    all.set(key(node, id), story);
    if (all.size > most) all.delete(all.keys().next().value!);
  }
  stories.value = all;
}
