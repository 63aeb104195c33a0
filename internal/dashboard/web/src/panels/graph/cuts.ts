import { computed } from "@preact/signals";
import type { Cut } from "../../api/faults";
import { between, broken } from "../../faults";
import { type Point } from "../../model/divide";
import { isAsked, type Direction } from "../../model/faults";
import type { Pair } from "../../model/links";
import { network } from "../../store";
import { held, spots, wiring } from "./places";

// What faults the graph shows between two nodes.

const most = 60; // pairs that had no link when the page came, and are drawn as cut

export interface Faulty extends Pair {
  there: Direction; // from a to b
  back: Direction;
}

// faulty are the pairs of which something is asked: those that are linked, those that were
// before they were cut and, where they are few, all that are cut.
export const faulty = computed<Faulty[]>(() => {
  if (!broken.value) return [];
  const pairs = new Map([...held.value, ...wiring.value].map((p) => [`${p.a} ${p.b}`, p]));
  const linked = [...pairs.values()].map(withFaults).filter((f) => isAsked(f.there) || isAsked(f.back));
  const others = unlinked(pairs).map(withFaults).filter(isCut);
  return others.length > most ? linked : [...linked, ...others];
});

function withFaults(p: Pair): Faulty {
  return { ...p, there: between(p.a, p.b), back: between(p.b, p.a) };
}

export function isCut({ there, back }: Faulty): boolean {
  return there.cut !== "" || back.cut !== "";
}

// unlinked are the pairs that have no link, of a network that is small.
function unlinked(linked: ReadonlyMap<string, Pair>): Pair[] {
  const names = [...network.value.now.nodes.keys()];
  if (names.length > 2 * Math.sqrt(most)) return [];
  return names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ a, b, half: false }))).filter((p) => !linked.has(`${p.a} ${p.b}`));
}

// drawCuts draws the links that are cut: dashed where messages are held, with a cross where
// links are refused, and half of one where only one way is cut.
export function drawCuts(pen: CanvasRenderingContext2D, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  for (const f of faulty.value) {
    const [a, b] = [spots.value.get(f.a), spots.value.get(f.b)];
    if (a === undefined || b === undefined || !isCut(f)) continue;
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    half(pen, a, middle, f.there.cut);
    half(pen, b, middle, f.back.cut);
    if (f.there.cut === "reset" || f.back.cut === "reset") cross(pen, middle);
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

// half draws the half of a link that is the sender's.
function half(pen: CanvasRenderingContext2D, from: Point, to: Point, cut: Cut | ""): void {
  pen.setLineDash(cut === "" ? [] : [2, 6]);
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
}

function cross(pen: CanvasRenderingContext2D, { x, y }: Point): void {
  pen.setLineDash([]);
  pen.beginPath();
  for (const way of [1, -1]) {
    pen.moveTo(x - 5, y - 5 * way);
    pen.lineTo(x + 5, y + 5 * way);
  }
  pen.stroke();
}
