// The fork tree's columns: heights from left to right, quiet stretches folded.

export interface Column {
  height: number; // the lowest, where it is folded
  count: number; // heights in it: 1, or more where it is folded
  x: number; // left edge, in columns
}

// Stretch is heights from one up to another.
export interface Stretch {
  from: number;
  to: number;
}

const ahead = 12; // newest heights that are never folded
const least = 4; // a run of so few stays open
const pill = 1.6; // columns that a folded stretch is wide

// columns lays out the heights from low to high. busy are heights that stay open with
// those two beside them: of stale blocks, and of tips; open are stretches that a person has
// opened.
export function columns(low: number, high: number, busy: Iterable<number>, open: readonly Stretch[]): Column[] {
  const keep = new Set<number>();
  for (const h of busy) for (let k = h - 2; k <= h + 2; k++) keep.add(k);
  const stays = (h: number) => h > high - ahead || keep.has(h) || open.some(({ from, to }) => from <= h && h <= to);
  const list: Column[] = [];
  let x = 0;
  for (let h = low; h <= high; ) {
    let end = h;
    while (!stays(end)) end++;
    if (end - h > least) {
      list.push({ height: h, count: end - h, x });
      x += pill;
      h = end;
      continue;
    }
    for (const stop = Math.max(end, h + 1); h < stop; h++) list.push({ height: h, count: 1, x: x++ });
  }
  return list;
}
