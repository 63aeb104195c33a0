import { plural } from "../parts/words";
import { compareNames } from "./network";
import type { Mark, Record } from "./record";

// Missed is what happened in a stretch of time.
export interface Missed {
  blocks: number; // that were found
  reorgs: number; // of the network
  deepest: number; // blocks
  went: string[]; // nodes that ended
  came: string[]; // nodes that started
  lost: boolean; // of some of it no event is left
}

// missed is what a record has of after one time and up to another, in ms since 1970.
export function missed({ counts, changes, marks }: Record, from: number, until: number): Missed {
  const within = (at: number) => at > from && at <= until;
  const then = marks.filter((m) => within(m.at));
  const reorgs = changes.last.filter((c) => within(c.reorgs[0]!.at));
  return {
    blocks: [...counts.since(from)].filter((b) => b.at <= until).length,
    reorgs: reorgs.length,
    deepest: Math.max(0, ...reorgs.map((c) => c.depth)),
    went: nodesOf(then, "node-down"),
    came: nodesOf(then, "node-up"),
    lost: then.some((m) => m.type === "gap"),
  };
}

function nodesOf(marks: readonly Mark[], type: string): string[] {
  return [...new Set(marks.filter((m) => m.type === type).flatMap((m) => m.nodes))].sort(compareNames);
}

// missedWords tell it.
export function missedWords({ blocks, reorgs, deepest, went, came, lost }: Missed): string {
  const parts: string[] = [];
  if (blocks > 0) parts.push(`${plural(blocks, "block was", "blocks were")} found`);
  if (reorgs > 0) parts.push(`${plural(reorgs, "reorg")} happened, ${reorgs === 1 ? "of" : "the deepest of"} ${plural(deepest, "block")}`);
  if (went.length > 0) parts.push(`${named(went)} went down`);
  if (came.length > 0) parts.push(`${named(came)} came up`);
  const told = parts.length === 0 ? "nothing of note happened" : parts.join("; ");
  return `${told}${lost ? ", as far as it is known: some events of that time are lost" : ""}`;
}

const most = 3; // names

function named(nodes: string[]): string {
  return nodes.length > most ? plural(nodes.length, "node") : nodes.join(", ");
}
