import { computed, signal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { columns, type Column, type Stretch } from "../model/columns";
import { chainOf, type Chain } from "../model/chain";
import { lanesApart } from "../model/apart";
import type { Block, Node } from "../model/network";
import { Slides } from "../model/pace";
import { cut, plural } from "../parts/words";
import { follow } from "../parts/drag";
import { Panel } from "../parts/panel";
import { useSize } from "../parts/size";
import { crowded } from "../pictures";
import { past } from "../store";
import { legend, open, scale } from "../ui";
import { hueOf, tips, view } from "../view";
import { Legend, type Present } from "./legend";
import { Secrets, secretOf, secretWords } from "./tree/hidden";

// Sizes in pixels.
const column = 54;
const lane = 50;
const size = 30; // of a block
const top = 26;
const beside = 130; // room for chips right of the newest block

interface Placed {
  block: Block;
  x: number;
  y: number;
  chain: Chain;
  tip: boolean; // no known block is on it
  chip: Node[]; // whose tip it is
}

interface Picture {
  placed: Placed[];
  folded: Column[];
  links: { from: Placed | null; to: Placed; x: number; y: number }[];
  width: number;
  height: number;
}

// unfolded are the folded stretches that a person has opened.
const unfolded = signal<readonly Stretch[]>([]);

// unfold opens one, and forgets those that are lower than all blocks that are kept.
function unfold({ height, count }: Column): void {
  const low = Math.min(...view.peek().blocks.map((b) => b.index));
  unfolded.value = [...unfolded.peek().filter(({ to }) => to >= low), { from: height, to: height + count - 1 }];
}

const picture = computed<Picture>(() => {
  const { blocks, best, network, node } = view.value;
  if (blocks.length === 0) return { placed: [], folded: [], links: [], width: 0, height: 0 };
  const secret = (hash: string) => node === null && secretOf(hash) !== null; // a miner's own branch is its chain
  const laneOf = lanesApart(blocks, best?.hash ?? blocks[0]?.hash ?? "", secret);
  const nodes = node === null ? network.nodes.values() : [node];
  const byTip = tips(nodes);
  const cols = columns(
    Math.min(...blocks.map((b) => b.index)),
    Math.max(...blocks.map((b) => b.index)),
    busy(blocks, laneOf, byTip),
    unfolded.value,
  );
  return draw(blocks, laneOf, chainOf(network, best), byTip, cols);
});

// busy are the heights of stale blocks and of tips.
function busy(blocks: readonly Block[], laneOf: Map<string, number>, byTip: Map<string, Node[]>): Set<number> {
  const heights = new Set<number>();
  for (const b of blocks) if (laneOf.get(b.hash) !== 0 || byTip.has(b.hash)) heights.add(b.index);
  return heights;
}

function draw(blocks: readonly Block[], laneOf: Map<string, number>, chain: (b: Block) => Chain, byTip: Map<string, Node[]>, cols: Column[]): Picture {
  const xOf = new Map<number, number>();
  for (const c of cols) if (c.count === 1) xOf.set(c.height, c.x * column);
  const parents = new Set(blocks.map((b) => b.previous_hash));
  const placed: Placed[] = [];
  const byHash = new Map<string, Placed>();
  let height = 0;
  for (const block of blocks) {
    const x = xOf.get(block.index);
    if (x === undefined) continue;
    const l = laneOf.get(block.hash) ?? 0;
    const p = { block, x, y: top + l * lane, chain: chain(block), tip: !parents.has(block.hash), chip: byTip.get(block.hash) ?? [] };
    height = Math.max(height, p.y + lane);
    placed.push(p);
    byHash.set(block.hash, p);
  }
  const links = placed.filter((to) => to.block.index > 0).map((to) => {
    const from = byHash.get(to.block.previous_hash) ?? null;
    return { from, to, x: from?.x ?? to.x - column / 2, y: from?.y ?? to.y };
  });
  const end = cols[cols.length - 1];
  return { placed, folded: cols.filter((c) => c.count > 1), links, width: end === undefined ? 0 : (end.x + 1) * column, height };
}

// camera is where the picture's upper left corner is; it follows the newest block until a
// person moves it.
const camera = signal({ x: 0, y: 0, follows: true });
const box = signal({ width: 600, height: 300 }); // px
const room = computed(() => ({ width: box.value.width / scale.value, height: box.value.height / scale.value }));

const shownAt = computed(() => {
  const { x, y, follows } = camera.value;
  if (!follows && picture.value.placed.length > 1) return { x, y }; // else it would go over the words that say why there is none
  return { x: Math.max(-16, picture.value.width + beside - room.value.width), y: 0 };
});

function move(dx: number, dy: number): void {
  const { x, y } = shownAt.value;
  const { width, height } = picture.value;
  camera.value = {
    x: clamp(x + dx, -room.value.width / 2, Math.max(0, width - 100)),
    y: clamp(y + dy, 0, Math.max(0, height - room.value.height + 20)),
    follows: false,
  };
}

function clamp(v: number, low: number, high: number): number {
  return Math.min(Math.max(v, low), high);
}

function toTip(): void {
  camera.value = { x: 0, y: 0, follows: true };
}

// chosen is the block that the keyboard is at.
const chosen = signal("");

// present says which marks there are to be explained.
const present = computed<Present>(() => {
  const { placed, folded } = picture.value;
  return {
    genesis: placed.some((p) => p.block.index === 0),
    stranger: placed.some((p) => p.block.index > 0 && p.block.node === ""),
    stale: placed.some((p) => p.chain === "stale"),
    chip: placed.some((p) => p.chip.length > 0),
    fold: folded.length > 0,
  };
});

export function Tree() {
  const aside = (
    <span class="aside">
      {!camera.value.follows && (
        <button type="button" onClick={toTip}>
          to the tip
        </button>
      )}
      <button type="button" aria-pressed={legend.value} onClick={() => (legend.value = !legend.value)}>
        legend
      </button>
    </span>
  );
  const { node } = view.value;
  return (
    <Panel id="tree" title={node === null ? "Fork tree" : `Fork tree, as ${node.name} knows it`} aside={aside}>
      <Canvas />
      {legend.value && <Legend of={present.value} />}
    </Panel>
  );
}

function Canvas() {
  const canvas = useRef<HTMLDivElement>(null);
  useSize(canvas, (width, height) => (box.value = { width, height }));
  useSignalEffect(() => focusChosen(canvas.current, chosen.value));
  const { placed } = picture.value;
  useLayoutEffect(markFirst, [placed.length > 0]);
  return (
    <div class="canvas" ref={canvas} onPointerDown={drag} onWheel={wheel}>
      {placed.length > 0 && <Drawing />}
      {placed.length < 2 && (
        <p class="empty">{emptyWords()}</p>
      )}
      <Mirror />
    </div>
  );
}

// emptyWords say why there is no block, and what makes one.
function emptyWords(): string {
  if (past.value !== null) return "No block was mined by then.";
  if (view.value.network.nodes.size === 0) return 'No block is mined, and there is no node that could. "Add node" starts one.';
  return "No block is mined yet. Press m to have each node mine one in turn, or r for a race of all.";
}

// markFirst notes in the browser's own record when the first picture was drawn: a frame is by
// the next one.
function markFirst(): void {
  if (picture.peek().placed.length > 0) requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("first-picture")));
}

const slides = new Slides();

function Drawing() {
  const { placed, folded, links } = picture.value;
  const { x, y } = shownAt.value;
  const visible = (at: number) => at > x - 2 * column && at < x + room.value.width + column;
  const newest = placed[placed.length - 1]!.block.hash;
  const focus = placed.some((p) => p.block.hash === chosen.value) ? chosen.value : newest;
  const slide = useMemo(() => slides.moved(performance.now()) && !crowded.peek(), [newest]);
  return (
    <svg role="group" aria-label="Fork tree: left and right to parent and child, up and down between lanes, Enter opens" onKeyDown={step}>
      <g class={slide ? "camera slides" : "camera"} style={{ transform: `translate(${-x}px, ${-y}px)` }}>
        <Secrets placed={placed} size={size} />
        {folded.filter((c) => visible(c.x * column)).map((c) => <Fold key={`f${c.height}`} column={c} />)}
        {links.filter((l) => visible(l.to.x)).map((l) => <path key={`l${l.to.block.hash}`} class={l.to.chain === "stale" ? "link stale" : "link"} d={curve(l)} />)}
        {placed.filter((p) => visible(p.x)).map((p) => <BlockMark key={p.block.hash} at={p} focus={p.block.hash === focus} />)}
      </g>
    </svg>
  );
}

function curve({ x, y, to }: { x: number; y: number; to: Placed }): string {
  const [x1, y1, x2, y2] = [x + size, y + size / 2, to.x, to.y + size / 2];
  return `M${x1} ${y1} C${x1 + 14} ${y1} ${x2 - 14} ${y2} ${x2} ${y2}`;
}

function Fold({ column: c }: { column: Column }) {
  const label = `${plural(c.count, "quiet block")}, open`;
  return (
    <g
      class="fold"
      role="button"
      tabindex={0}
      style={{ transform: `translate(${c.x * column}px, ${top}px)` }}
      onClick={() => unfold(c)}
      onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && unfold(c)}
    >
      <title>{label}</title>
      <path class="link" d={`M${c.height === 0 ? 0 : size - column} ${size / 2} H${column * 1.6}`} />
      <rect y={3} width={column * 1.6 - 24} height={size - 6} rx={12} />
      <text x={(column * 1.6 - 24) / 2} y={size / 2 + 4}>
        …{c.count}
      </text>
    </g>
  );
}

// BlockMark is a block with its miner's colour and name, and the chips of those whose tip
// it is.
function BlockMark({ at: { block, x, y, chain, tip, chip }, focus }: { at: Placed; focus: boolean }) {
  const label = describe(block, chain, chip);
  return (
    <g
      class={`block ${hueOf(block.node)}${chain === "stale" ? " stale" : ""}${secretOf(block.hash) === null ? "" : " secret"}`}
      role="button"
      tabindex={focus ? 0 : -1}
      data-hash={block.hash}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      onClick={() => open("block", block.hash)}
      onFocus={() => (chosen.value = block.hash)}
    >
      <title>{label}</title>
      <rect width={size} height={size} rx={5} />
      <text class={letters(block).length > 3 ? "long" : undefined} x={size / 2} y={size / 2 + 4}>
        {letters(block)}
      </text>
      {y === top && (
        <text class="height" x={size / 2} y={-7}>
          {block.index}
        </text>
      )}
      {chip.length > 0 && <Chip nodes={chip} beside={tip} />}
    </g>
  );
}

// letters are the miner's name, as much as a block has room for.
function letters({ index, node }: Block): string {
  if (index === 0) return "G";
  if (node === "") return "?";
  return cut(node, 4);
}

const chains = { main: "on the best chain", open: "ahead of the best chain", stale: "stale" };

function describe(block: Block, chain: Chain, chip: readonly Node[]): string {
  const who = block.index === 0 ? "genesis block" : `block ${block.index} by ${block.node || "an unknown node"}`;
  const parts = [who, chains[chain], ...secretWords(block.hash)];
  if (chip.length > 0) parts.push(`tip of ${chip.map((n) => n.name).join(", ")}`);
  return parts.join(", ");
}

// Chip names the nodes whose tip a block is. It is hollow if none of them runs.
function Chip({ nodes, beside: right }: { nodes: readonly Node[]; beside: boolean }) {
  const names = nodes.length <= (right ? 3 : 1) ? nodes.map((n) => trim(n.name)).join(" ") : `×${nodes.length}`;
  const width = 12 + names.length * 6.6;
  const place = right ? `translate(${size + 6}px, 6px)` : `translate(${(size - width) / 2}px, ${size + 2}px)`;
  return (
    <g class={nodes.some((n) => n.state === "running") ? "chip" : "chip gone"} style={{ transform: place }}>
      <rect width={width} height={16} rx={8} />
      <text x={width / 2} y={12}>
        {names}
      </text>
    </g>
  );
}

function trim(name: string): string {
  return cut(name, 8);
}

// Mirror is the newest part of the tree as a table, for who cannot see it.
function Mirror() {
  const newest = [...picture.value.placed].sort((a, b) => b.block.index - a.block.index).slice(0, 20);
  return (
    <table class="unseen">
      <caption>The newest blocks</caption>
      <thead>
        <tr>
          <th>height</th>
          <th>miner</th>
          <th>chain</th>
          <th>tip of</th>
        </tr>
      </thead>
      <tbody>
        {newest.map((p) => (
          <tr key={p.block.hash}>
            <td>{p.block.index}</td>
            <td>{p.block.node}</td>
            <td>{chains[p.chain]}</td>
            <td>{p.chip.map((n) => n.name).join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// drag moves the camera with the pointer.
function drag(e: PointerEvent): void {
  if (e.button !== 0) return;
  let { clientX, clientY } = e;
  follow(e, {
    go: (m) => {
      move((clientX - m.clientX) / scale.value, (clientY - m.clientY) / scale.value);
      ({ clientX, clientY } = m);
    },
  });
}

function wheel(e: WheelEvent): void {
  e.preventDefault();
  if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) move(e.deltaX + e.deltaY, 0);
  else if (picture.value.height > room.value.height) move(0, e.deltaY);
  else move(e.deltaY, 0);
}

// step moves the focus in the tree.
function step(e: KeyboardEvent): void {
  const from = picture.value.placed.find((p) => p.block.hash === (e.target as SVGElement).dataset.hash);
  if (from === undefined) return;
  if (e.key === "Enter" || e.key === " ") {
    e.preventDefault();
    return open("block", from.block.hash);
  }
  const to = neighbour(from, e.key);
  if (to === undefined) return;
  e.preventDefault();
  chosen.value = to.block.hash;
  if (to.x < shownAt.value.x || to.x > shownAt.value.x + room.value.width - beside) move(to.x - shownAt.value.x - room.value.width / 2, 0);
}

function neighbour(from: Placed, key: string): Placed | undefined {
  const all = picture.value.placed;
  switch (key) {
    case "ArrowLeft":
      return all.find((p) => p.block.hash === from.block.previous_hash);
    case "ArrowRight": {
      const children = all.filter((p) => p.block.previous_hash === from.block.hash);
      return children.find((p) => p.y === from.y) ?? children[0];
    }
    case "ArrowDown":
      return all.filter((p) => p.x === from.x && p.y > from.y).sort((a, b) => a.y - b.y)[0];
    case "ArrowUp":
      return all.filter((p) => p.x === from.x && p.y < from.y).sort((a, b) => b.y - a.y)[0];
    case "End":
      return all[all.length - 1];
    case "Home":
      return all[0];
    default:
      return undefined;
  }
}

// focusChosen moves the browser's focus after the keyboard's choice.
function focusChosen(box: HTMLElement | null, hash: string): void {
  if (box === null || hash === "" || !box.contains(document.activeElement)) return;
  requestAnimationFrame(() => box.querySelector<SVGElement>(`[data-hash="${hash}"]`)?.focus({ preventScroll: true }));
}
