import type { Mark } from "./record";

// Kind is how a mark looks: a shape and a letter in one of four rows, as colour alone tells
// too little.
export interface Kind {
  row: number;
  letter: string;
  shape: "diamond" | "up" | "down" | "square" | "circle";
  look: "bad" | "good" | "plain";
  word: string; // what such marks are called
}

const kinds: { [type: string]: Kind } = {
  reorg: { row: 0, letter: "R", shape: "diamond", look: "bad", word: "reorg" },
  "node-up": { row: 1, letter: "U", shape: "up", look: "good", word: "up" },
  "node-down": { row: 1, letter: "D", shape: "down", look: "bad", word: "down" },
  "node-paused": { row: 1, letter: "P", shape: "square", look: "plain", word: "paused" },
  "node-resumed": { row: 1, letter: "G", shape: "circle", look: "good", word: "goes on" },
  "node-silent": { row: 1, letter: "?", shape: "square", look: "bad", word: "not answering" },
  "node-answering": { row: 1, letter: "A", shape: "circle", look: "good", word: "answers" },
  "mining-started": { row: 2, letter: "M", shape: "circle", look: "good", word: "mining" },
  "mining-stopped": { row: 2, letter: "S", shape: "square", look: "plain", word: "mining ends" },
  "mining-changed": { row: 2, letter: "O", shape: "diamond", look: "plain", word: "mining changes" },
  "network-up": { row: 2, letter: "N", shape: "up", look: "good", word: "network up" },
  "network-down": { row: 2, letter: "E", shape: "down", look: "bad", word: "network down" },
  "network-changed": { row: 2, letter: "C", shape: "diamond", look: "plain", word: "another network" },
  "block-invalidated": { row: 3, letter: "I", shape: "down", look: "bad", word: "invalidated" },
  "block-reconsidered": { row: 3, letter: "V", shape: "up", look: "good", word: "reconsidered" },
  "clock-changed": { row: 2, letter: "T", shape: "circle", look: "plain", word: "clock" },
  "faults-changed": { row: 2, letter: "F", shape: "square", look: "bad", word: "faults" },
  "peer-banned": { row: 3, letter: "B", shape: "square", look: "bad", word: "ban" },
  "block-refused": { row: 3, letter: "X", shape: "diamond", look: "bad", word: "refused" },
  gap: { row: 3, letter: "!", shape: "up", look: "bad", word: "gap" },
};
const other: Kind = { row: 3, letter: "·", shape: "circle", look: "plain", word: "other" };

export const rows = ["reorgs", "nodes", "network", "troubles"];

export function kindOf(type: string): Kind {
  return kinds[type] ?? { ...other, word: type };
}

// Cluster is marks of one row that are too near to each other to be told apart.
export interface Cluster {
  x: number; // px
  row: number;
  marks: Mark[]; // the newest last
}

// clusters places marks between two times on so many px, and joins those that are nearer
// than apart.
export function clusters(marks: readonly Mark[], from: number, to: number, width: number, apart: number): Cluster[] {
  const list: Cluster[] = [];
  const last: (Cluster | undefined)[] = [];
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    if (mark.at < from || mark.at > to) continue;
    const { row } = kindOf(mark.type);
    const x = ((mark.at - from) / Math.max(1, to - from)) * width;
    const before = last[row];
    if (before !== undefined && x - before.x < apart) {
      before.marks.push(mark);
      continue;
    }
    last[row] = { x, row, marks: [mark] };
    list.push(last[row]!);
  }
  return list;
}

const minute = 60_000;
const spans = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880].map((m) => m * minute);

// range is the part of time that is shown: all from first on, or the last so many ms. Its
// end leaves room, so that it does not move with every event.
export function range(first: number, last: number, window: number): { from: number; to: number } {
  if (window > 0 && last - first > window) {
    const step = window / 4;
    const to = Math.ceil(last / step) * step;
    return { from: to - window, to };
  }
  const span = spans.find((s) => s >= last - first) ?? Math.ceil((last - first) / (1440 * minute)) * 1440 * minute;
  return { from: first, to: first + span };
}

// ticks are round times between two, at most so many.
export function ticks(from: number, to: number, most: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30].map((s) => s * 1000).concat(spans);
  const step = steps.find((s) => (to - from) / s <= most) ?? spans[spans.length - 1]!;
  const list: number[] = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) list.push(t);
  return list;
}
