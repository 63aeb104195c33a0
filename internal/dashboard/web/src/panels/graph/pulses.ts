import type { Happening, HeardData } from "../../api/forms";
import { precise } from "../../model/record";
import { history, network, past } from "../../store";
import { clean } from "../../parts/canvas";
import { hueOf } from "../../view";
import { spots } from "./places";
import { replay, type Replay } from "./replay";

// What moves in the graph: a pulse along the link that brought a block to a node. Frames
// are drawn while something moves, and not else.

const takes = 600; // ms
const most = 600; // pulses at once

interface Pulse {
  from: string; // names
  to: string;
  colour: string;
  began: number; // performance.now()
}

export class Pulses {
  private list: Pulse[] = [];
  private frame = 0;
  private timer = 0;
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)");

  constructor(private readonly canvas: HTMLCanvasElement) {}

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
    if (this.frame !== 0 || (this.list.length === 0 && replay.peek() === null)) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      if (this.still.matches && replay.peek() === null) this.rest();
      else this.go();
    });
  }

  end(): void {
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.timer);
  }

  // rest lets the links that are lit stay so for a moment, without frames.
  private rest(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.draw(), takes);
  }

  private draw(): void {
    const now = performance.now();
    const pen = clean(this.canvas);
    const shown = replay.peek();
    this.list = shown === null ? this.list.filter((p) => now - p.began < takes) : [];
    if (shown !== null) {
      drawReplay(pen, shown, now, this.still.matches, getComputedStyle(this.canvas));
      if (now > shown.ends) replay.value = null;
      return;
    }
    for (const p of this.list) line(pen, p.from, p.to, this.still.matches ? 1 : (now - p.began) / takes, p.colour);
  }
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

// line draws a pulse at a part of its way, from 0 to 1.
function line(pen: CanvasRenderingContext2D, from: string, to: string, part: number, colour: string): void {
  const a = spots.peek().get(from);
  const b = spots.peek().get(to);
  if (a === undefined || b === undefined) return;
  const along = (t: number) => [a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t] as const;
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(...along(Math.max(0, part - 0.35)));
  pen.lineTo(...along(part));
  pen.stroke();
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(...along(part), 4, 0, 2 * Math.PI);
  pen.fill();
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
