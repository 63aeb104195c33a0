import { computed, effect, signal } from "@preact/signals";
import type { Deed } from "./acts";
import { get } from "./api/client";
import type { Cut, Faults, FaultsForm, Partition, PresetsForm, Rule } from "./api/faults";
import { directionOf, freshName, isNone, type Direction } from "./model/faults";
import { compareNames } from "./model/network";
import { sentence } from "./parts/words";
import { history, network } from "./store";

// The faults of the network that is shown, and the acts that change them.

// faults are those that are asked of the network. It is the same value until they change.
const form = computed<FaultsForm>(() => network.value.now.faults);
export const faults = computed<Faults>(() => form.value.desired);

// apart are the groups that are cut off from each other.
export const apart = computed(() => form.value.partitions);

// late are the nodes that do not have the faults yet.
export const late = computed(() => form.value.pending);

export const broken = computed(() => !isNone(faults.value));

// presets are what the manager calls by name; null until they are known.
export const presets = signal<PresetsForm | null>(null);
let asking = false;

// learnPresets asks for them, once.
export async function learnPresets(): Promise<void> {
  if (asking || presets.peek() !== null) return;
  asking = true;
  try {
    presets.value = await get<PresetsForm>("/network/presets");
  } catch {
    // Names stand without their figures then, and the next who wants them asks again.
  }
  asking = false;
}

// What faults say by name is shown in figures.
effect(() => {
  if (broken.value) void learnPresets();
});

// between is what holds from a node to another one.
export function between(from: string, to: string): Direction {
  return directionOf(form.value, from, to, presets.value);
}

// The manager says in words what has changed.
const did: Deed["did"] = ({ message = "" }) => sentence(message || "done");
const put = (path: string, body: unknown): Deed => ({ method: "PUT", path, body, did });
const post = (path: string, body?: unknown): Deed => ({ method: "POST", path, did, ...(body === undefined ? {} : { body }) });

// Way is how a line cuts: what is chosen beside it.
export type Way = Cut | "there" | "back";

export const ways: { [way in Way]: string } = {
  silent: "silent: a pulled cable",
  reset: "reset: links refused",
  there: "one way: first to last only",
  back: "one way: last to first only",
};

// partition cuts groups apart, beside what is cut already. One way is what the first
// sends, or the last.
export function partition(groups: string[][], way: Way): Deed {
  const name = freshName(apart.value.map((p) => p.name));
  const order = way === "back" ? [...groups].reverse() : groups;
  const how: Partial<Partition> = way === "there" || way === "back" ? { oneway: true } : { how: way };
  return post("/network/partition", { name, groups: order, ...how });
}

// fromTheRest cuts nodes off from all others.
export function fromTheRest(nodes: string[], way: Way): Deed {
  const chosen = new Set(nodes);
  const rest = [...network.peek().now.nodes.keys()].filter((name) => !chosen.has(name));
  return partition([nodes, rest], way);
}

export const heal = post("/network/heal");

// join ends one cut, and leaves the others.
export const join = (name: string) => post("/network/heal", { name });

export const setFaults = (all: Faults) => put("/network/faults", all);

// setLink has a rule come to those that there are, in place of one for the same nodes.
export const setLink = (rule: Rule) => put("/network/links", rule);

// without is the faults without a rule.
export function without(rule: Rule): Deed {
  return setFaults({ ...faults.value, links: (faults.value.links ?? []).filter((r) => r !== rule) });
}

// undo puts the faults from before the last change; null if those are not known.
export const undo = computed<Deed | null>(() => {
  const { before } = history.value.record.bands;
  return before === null ? null : setFaults(stillToCome(before, Date.now()));
});

// stillToCome leaves out what has ended by itself: the manager takes no end that is over.
function stillToCome(all: Faults, now: number): Faults {
  const lasts = ({ until }: { until?: string }) => until === undefined || Date.parse(until) > now;
  if (!lasts(all)) return {};
  return {
    ...all,
    ...(all.partitions === undefined ? {} : { partitions: all.partitions.filter(lasts) }),
    ...(all.links === undefined ? {} : { links: all.links.filter(lasts) }),
  };
}

// chosen are the nodes that a person means to cut off.
export const chosen = signal<readonly string[]>([]);

export function choose(name: string): void {
  const now = chosen.peek();
  chosen.value = now.includes(name) ? now.filter((n) => n !== name) : [...now, name].sort(compareNames);
}

// A node that is gone is chosen no more.
effect(() => {
  const { nodes } = network.value.now;
  if (chosen.peek().some((name) => !nodes.has(name))) chosen.value = chosen.peek().filter((name) => nodes.has(name));
});

// way is how the next cut is done.
export const way = signal<Way>("silent");
