import { forceCollide, forceLink, forceManyBody, forceRadial, forceSimulation, forceX, forceY, type Simulation, type SimulationNodeDatum } from "d3-force";

// Place is where a node is drawn, in units of the arrangement.
export interface Place {
  x: number;
  y: number;
  pinned: boolean; // a person put it there
}

interface Body extends SimulationNodeDatum {
  id: string;
}

export const ticks = 120; // that an arrangement takes
export const ring = 12; // so few nodes are put on a ring
const apart = 60; // linked nodes

// Places arranges nodes: the linked near each other, all apart. Nodes are known by an id
// that is theirs for good, so that who comes back is where it was.
export class Places {
  private simulation: Simulation<Body, undefined> | null = null;
  private left = 0; // ticks

  constructor(readonly at = new Map<string, Place>()) {}

  // arrange begins an arrangement. Who has a place begins there, and others beside those
  // that they are linked to. Where nobody has, few are on a ring at once.
  arrange(ids: readonly string[], links: readonly (readonly [string, string])[]): void {
    const afresh = !ids.some((id) => this.at.has(id));
    const few = ids.length <= ring;
    const wide = apart * Math.max(1, ids.length / 5); // half of the ring
    if (few && afresh) return this.put(new Map(ids.map((id, i) => [id, onRing(wide, i / ids.length)])));
    const bodies = ids.map((id): Body => {
      const place = this.at.get(id);
      if (place !== undefined) return { id, ...body(place) };
      return afresh ? { id } : { id, ...this.beside(id, links) };
    });
    const pulls = forceLink<Body, { source: string; target: string }>(links.map(([source, target]) => ({ source, target }))).id((b) => b.id).distance(apart);
    if (few) pulls.strength(0.02); // or the ring would be bent
    this.simulation = forceSimulation(bodies)
      .stop()
      .alpha(afresh ? 1 : 0.3)
      .alphaDecay(1 - 0.001 ** (1 / ticks))
      .force("links", pulls)
      .force("charge", forceManyBody().strength(-100).distanceMax(apart * 8))
      .force("room", forceCollide(apart / 4));
    if (few) this.simulation.force("ring", forceRadial(wide).strength(0.9));
    else this.simulation.force("x", forceX().strength(0.04)).force("y", forceY().strength(0.04));
    this.left = ticks;
    this.take();
  }

  // settle goes on with an arrangement for so many ticks or ms, and reports whether there
  // is more to do.
  settle(most: number, ms = Infinity): boolean {
    for (const end = performance.now() + ms; this.left > 0 && most > 0 && performance.now() < end; most--, this.left--) this.simulation!.tick();
    this.take();
    if (this.left === 0) this.simulation = null;
    return this.left > 0;
  }

  // pin puts a node where a person wants it.
  pin(id: string, x: number, y: number): void {
    this.at.set(id, { x, y, pinned: true });
    const moved = this.simulation?.nodes().find((b) => b.id === id);
    if (moved !== undefined) Object.assign(moved, { x, y, fx: x, fy: y });
  }

  // put places nodes where they are to be, but for those that a person has put elsewhere.
  put(all: ReadonlyMap<string, { x: number; y: number }>): void {
    this.simulation = null;
    this.left = 0;
    for (const [id, { x, y }] of all) if (this.at.get(id)?.pinned !== true) this.at.set(id, { x, y, pinned: false });
  }

  // forget has the next arrangement begin anew.
  forget(): void {
    this.at.clear();
  }

  private take(): void {
    for (const b of this.simulation?.nodes() ?? []) this.at.set(b.id, { x: b.x!, y: b.y!, pinned: b.fx != null });
  }

  private beside(id: string, links: readonly (readonly [string, string])[]): { x?: number; y?: number } {
    const near = links.filter((l) => l.includes(id)).flatMap((l) => this.at.get(l[0] === id ? l[1] : l[0]) ?? []);
    if (near.length === 0) return {};
    const mean = (of: (p: Place) => number) => near.reduce((sum, p) => sum + of(p), 0) / near.length;
    return { x: mean((p) => p.x) * 1.2 + 1, y: mean((p) => p.y) * 1.2 + 1 };
  }
}

// onRing is a place on a ring of a radius, at a part of a turn from the top.
function onRing(radius: number, turn: number): { x: number; y: number } {
  return { x: radius * Math.sin(2 * Math.PI * turn), y: -radius * Math.cos(2 * Math.PI * turn) };
}

function body({ x, y, pinned }: Place): Partial<Body> {
  return pinned ? { x, y, fx: x, fy: y } : { x, y };
}

// Fit turns places into pixels.
export interface Fit {
  x: number; // pixel of the place 0
  y: number;
  across: number; // pixels in a unit
  down: number;
}

const stretch = 1.8; // pixels in a unit, at most

// fit has a box of pixels show all of the places, with a margin around, and more below. If
// it is even, lengths across are as lengths down.
export function fit(places: Iterable<Place>, width: number, height: number, margin: number, below = 0, even = false): Fit {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const p of places) {
    [left, right] = [Math.min(left, p.x), Math.max(right, p.x)];
    [top, bottom] = [Math.min(top, p.y), Math.max(bottom, p.y)];
  }
  if (left > right) return { x: width / 2, y: (height - below) / 2, across: 1, down: 1 };
  const scale = (room: number, span: number) => Math.min(stretch, Math.max(room - 2 * margin, 10) / Math.max(span, 1));
  let [across, down] = [scale(width, right - left), scale(height - below, bottom - top)];
  if (even) across = down = Math.min(across, down);
  return { x: width / 2 - ((left + right) / 2) * across, y: (height - below) / 2 - ((top + bottom) / 2) * down, across, down };
}
