import { computed, signal } from "@preact/signals";
import type { Way } from "../../model/record";
import { comparable, median, share, spreadOf, type Spread } from "../../model/spread";
import { millis } from "../../parts/words";
import { history, network, past, viewed } from "../../store";

// What the propagation panel shows.

const narrowest = 14; // pixels that a block has
const widest = 64;
export const gutter = 52; // for the nodes' names
export const axis = 16; // for the blocks' heights

// room is the map's size in pixels.
export const room = signal({ width: 0, height: 0 });

// column is how many pixels a block has: few blocks are wide, so that the map fills its panel.
export const column = computed(() => {
  const { width } = room.value;
  return Math.min(widest, Math.max(narrowest, (width - gutter) / Math.max(1, ways.value.length)));
});

// chosen is the hash of the block whose way is shown; empty for the map of all.
export const chosen = signal("");

// rows are the names of the nodes that are shown.
export const rows = computed<string[]>(() => {
  const { nodes } = network.value.now;
  return nodes.has(viewed.value) ? [viewed.value] : [...nodes.keys()];
});

// ways are those of the last blocks, as many as fit.
export const ways = computed<Way[]>(() => {
  const { record } = history.value;
  const { blocks } = network.value.now;
  const all = [...record.ways.values()];
  const fits = Math.max(1, Math.floor((room.value.width - gutter) / narrowest));
  return (past.value === null ? all : all.filter((w) => blocks.has(w.hash))).slice(-fits);
});

// Figures are times in ms; undefined while there is none.
interface Figures {
  half: number | undefined;
  ninety: number | undefined;
  text: string; // what they are
}

// figures sums up the shown blocks: for one node the times to it, for all of them the
// medians of the times to a share of the nodes.
export const figures = computed<Figures>(() => {
  const node = network.value.now.nodes.has(viewed.value) ? viewed.value : "";
  if (node !== "") {
    const times = ways.value.flatMap((w) => afterOf(w, node) ?? []).sort((a, b) => a - b);
    const at = (percent: number) => times[Math.max(1, share(times.length, percent)) - 1];
    return { half: at(50), ninety: at(90), text: `half of the last ${times.length} blocks were with ${node} so soon after their first node, and nine in ten` };
  }
  const all = comparable(ways.value.map(spreadOf));
  return {
    half: median(all.map((s) => s.half)),
    ninety: median(all.map((s) => s.ninety)),
    text: `so long after its first node a block was on the chain of half of the nodes that were up, and of nine in ten: medians of ${all.length} of the last ${ways.value.length} blocks`,
  };
});

// afterOf is how many ms after its first node a node had a block; undefined if it has none,
// or was not there when the first one had it.
export function afterOf(way: Way, node: string): number | undefined {
  const arrival = way.arrivals.get(node);
  return arrival === undefined || arrival.late ? undefined : Math.max(0, arrival.at - way.first);
}

// spreadWords says how a block came to the nodes.
export function spreadWords({ half, ninety, has, of }: Spread): string {
  const reached = `${has} of ${of} nodes have it on their chain`;
  if (half === undefined) return reached;
  return `half after ${millis(half)}, ${ninety === undefined ? reached : `nine in ten after ${millis(ninety)}`}`;
}
