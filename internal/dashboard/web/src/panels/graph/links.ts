import type { Pair } from "../../model/links";
import { clean } from "../../parts/canvas";
import { drawCuts, faulty, isCut } from "./cuts";
import type { Mark } from "./picture";
import { spots, wiring } from "./places";

// drawLinks draws the links, and the nodes too where they are too many for the page's own
// elements. With a node's name, its links stand out.
export function drawLinks(canvas: HTMLCanvasElement, viewed: string, nodes: readonly Mark[]): void {
  const pen = clean(canvas);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const mine = (p: Pair) => p.a === viewed || p.b === viewed;
  const cut = new Set(faulty.value.filter(isCut).map((f) => `${f.a} ${f.b}`));
  const whole = cut.size === 0 ? wiring.value : wiring.value.filter((p) => !cut.has(`${p.a} ${p.b}`));
  const dense = wiring.value.length > 300;
  pen.lineWidth = dense ? 0.7 : 1.2;
  pen.globalAlpha = dense ? 0.5 : 1;
  stroke(pen, whole.filter((p) => !p.half), colour("link"));
  stroke(pen, whole.filter((p) => p.half), colour("link"), [4, 4]);
  if (cut.size > 0) drawCuts(pen, colour("bad"));
  pen.globalAlpha = 1;
  if (viewed !== "") {
    pen.lineWidth = 2;
    stroke(pen, whole.filter((p) => mine(p) && !p.half), colour("text"));
    stroke(pen, whole.filter((p) => mine(p) && p.half), colour("text"), [4, 4]);
  }
  for (const m of nodes) dot(pen, m, colour);
}

function stroke(pen: CanvasRenderingContext2D, list: readonly Pair[], colour: string, dash: number[] = []): void {
  pen.strokeStyle = colour;
  pen.setLineDash(dash);
  pen.beginPath();
  for (const p of list) {
    const [a, b] = [spots.value.get(p.a), spots.value.get(p.b)];
    if (a === undefined || b === undefined) continue;
    pen.moveTo(a.x, a.y);
    pen.lineTo(b.x, b.y);
  }
  pen.stroke();
  pen.setLineDash([]);
}

function dot(pen: CanvasRenderingContext2D, m: Mark, colour: (name: string) => string): void {
  const tone = colour(`tone-${m.tone}`) || colour("dim");
  pen.globalAlpha = m.faint ? 0.4 : 1;
  pen.fillStyle = m.node.state === "running" ? tone : colour("panel");
  pen.strokeStyle = m.node.state === "running" ? colour("panel") : tone;
  pen.lineWidth = 1.5;
  pen.setLineDash(m.node.state === "down" ? [2, 2] : []);
  pen.beginPath();
  pen.arc(m.spot.x, m.spot.y, m.radius, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}
