import type { Happening, HeardData } from "../../api/forms";
import { Motion, restAfter } from "../../model/pace";
import { precise } from "../../model/record";
import { crowded, frame, showLater } from "../../pictures";
import { history, network, past } from "../../store";
import { clean } from "../../parts/canvas";
import { hueOf } from "../../view";
import { spots } from "./places";
import { replay, type Replay } from "./replay";

// What moves in the graph: a pulse along the link that brought a block to a node. Frames
// are drawn while something moves, and not else. Where nothing is to move, the links are lit
// in the pictures that are drawn of the network anyway.

const takes = 600; // ms
const most = 600; // pulses at once
const many = 50; // pulses that are drawn with fewer strokes
const late = 30; // ms that a frame takes to come where the processor is not free

interface Pulse {
  from: string; // names
  to: string;
  colour: string;
  began: number; // performance.now()
}

export class Pulses {
  private list: Pulse[] = [];
  private lit = false; // links are, until the next picture
  private frame = 0;
  private timer = 0;
  private readonly motion = new Motion();
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)");
  private readonly deaf: () => void;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.deaf = frame.subscribe(() => this.light());
  }

  // see starts a pulse for each event that says how a block came to a node first.
  see(events: Happening[]): void {
    if (document.hidden || past.peek() !== null || replay.peek() !== null) return;
    const style = getComputedStyle(this.canvas);
    for (const e of events) {
      const pulse = pulseOf(e, style);
      if (pulse !== null && this.list.length < most) this.list.push(pulse);
    }
    this.go();
  }

  // go draws until nothing moves any more.
  go(): void {
    if (this.frame !== 0 || !this.moves()) return;
    const asked = performance.now();
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const now = performance.now();
      const [waited, pause] = [now - asked, this.motion.drawn(now)];
      this.draw();
      this.later(waited > late ? Math.max(restAfter(waited), pause) : pause);
    });
  }

  // moves reports whether there is something that moves.
  private moves(): boolean {
    return replay.peek() !== null || (this.list.length > 0 && !this.stands());
  }

  // stands reports whether pulses do not move.
  private stands(): boolean {
    return crowded.peek() || this.still.matches;
  }

  // light draws the pulses that have come since the last picture, and do not move. They go out
  // with the next one.
  private light(): void {
    if ((this.list.length === 0 && !this.lit) || !this.stands() || replay.peek() !== null) return;
    drawPulses(clean(this.canvas), this.list, () => 1);
    this.lit = this.list.length > 0;
    this.list = [];
    if (this.lit) showLater();
  }

  // later leaves out frames. Where the machine is late with one, more time than that took is
  // left to what it has to do: blocks are to be seen, then pulses.
  private later(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.go(), wait);
  }

  end(): void {
    this.deaf();
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.timer);
  }

  private draw(): void {
    const now = performance.now();
    const pen = clean(this.canvas);
    const shown = replay.peek();
    this.list = shown === null ? this.list.filter((p) => now - p.began < takes) : [];
    if (shown === null) return drawPulses(pen, this.list, (p) => (now - p.began) / takes);
    drawReplay(pen, shown, now, this.still.matches, getComputedStyle(this.canvas));
    if (now > shown.ends) replay.value = null;
  }
}

// drawPulses draws pulses, each at a part of its way.
function drawPulses(pen: CanvasRenderingContext2D, pulses: readonly Pulse[], part: (p: Pulse) => number): void {
  const byColour = new Map<string, Stretch[]>();
  for (const p of pulses) {
    const stretch = stretchOf(p.from, p.to, part(p));
    if (stretch === null) continue;
    const list = byColour.get(p.colour);
    if (list === undefined) byColour.set(p.colour, [stretch]);
    else list.push(stretch);
  }
  for (const [colour, list] of byColour) stroke(pen, list, colour);
}

function pulseOf(e: Happening, style: CSSStyleDeclaration): Pulse | null {
  if (e.node === undefined || (e.type !== "block-received" && e.type !== "block-connected")) return null;
  const data = e.data as unknown as HeardData;
  const arrival = history.peek().record.ways.get(data.hash)?.arrivals.get(e.node);
  if (arrival === undefined || arrival.from === "" || arrival.at !== precise(e.time)) return null;
  const { now } = network.peek();
  const from = now.named(arrival.from)?.name;
  if (from === undefined) return null;
  return { from, to: e.node, colour: colourOf(now.blocks.get(data.hash)?.node ?? "", style), began: performance.now() };
}

function colourOf(miner: string, style: CSSStyleDeclaration): string {
  return style.getPropertyValue(`--${hueOf(miner)}`) || "#999";
}

// Stretch is the part of a link that a pulse is at.
type Stretch = readonly [x1: number, y1: number, x2: number, y2: number];

// stretchOf is where a pulse is at a part of its way, from 0 to 1.
function stretchOf(from: string, to: string, part: number): Stretch | null {
  const a = spots.peek().get(from);
  const b = spots.peek().get(to);
  if (a === undefined || b === undefined) return null;
  const back = Math.max(0, part - 0.35);
  return [a.x + (b.x - a.x) * back, a.y + (b.y - a.y) * back, a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part];
}

// stroke draws pulses of one colour together, as each call costs.
function stroke(pen: CanvasRenderingContext2D, list: readonly Stretch[], colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.lineCap = list.length > many ? "butt" : "round"; // ends that are rounded cost more than the rest
  pen.beginPath();
  for (const [x1, y1, x2, y2] of list) {
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  }
  pen.stroke();
  pen.fillStyle = colour;
  pen.beginPath();
  for (const [, , x, y] of list) {
    if (list.length > many) pen.rect(x - 3, y - 3, 6, 6);
    else {
      pen.moveTo(x + 4, y);
      pen.arc(x, y, 4, 0, 2 * Math.PI);
    }
  }
  pen.fill();
}

function line(pen: CanvasRenderingContext2D, from: string, to: string, part: number, colour: string): void {
  const stretch = stretchOf(from, to, part);
  if (stretch !== null) stroke(pen, [stretch], colour);
}

// drawReplay lights the nodes that have the block by now, and the links that bring it.
function drawReplay(pen: CanvasRenderingContext2D, r: Replay, now: number, still: boolean, style: CSSStyleDeclaration): void {
  const colour = colourOf(r.miner, style);
  const at = (now - r.began) / r.slow; // ms of the block's way
  const had = new Map(r.steps.map((s) => [s.node, s.after]));
  const size = spots.peek().size > 50 ? 12 : 26;
  for (const s of r.steps) {
    const from = s.from === "" ? undefined : network.peek().now.named(s.from)?.name;
    const left = from === undefined ? s.after : Math.min(had.get(from) ?? 0, s.after);
    if (at >= s.after) {
      if (from !== undefined) line(pen, from, s.node, 1, colour);
      halo(pen, s.node, size, colour);
    } else if (from !== undefined && !still && at > left) line(pen, from, s.node, (at - left) / (s.after - left), colour);
  }
}

function halo(pen: CanvasRenderingContext2D, node: string, size: number, colour: string): void {
  const spot = spots.peek().get(node);
  if (spot === undefined) return;
  pen.strokeStyle = colour;
  pen.lineWidth = 4;
  pen.beginPath();
  pen.arc(spot.x, spot.y, size, 0, 2 * Math.PI);
  pen.stroke();
}
