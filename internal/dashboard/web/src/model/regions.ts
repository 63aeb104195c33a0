import { forceLink, forceSimulation, type SimulationNodeDatum } from "d3-force";

// Where nodes are drawn that are in regions: the members near each other, and regions as far
// apart as the time that a message takes between them. One unit is a millisecond.

interface Centre extends SimulationNodeDatum {
  id: string;
}

export interface Region {
  name: string;
  nodes: string[]; // ids
}

const beside = 18; // units between two nodes of a region
const around = 50; // units beyond the regions where the nodes of no region are
const rounds = 300;
const turn = Math.PI * (3 - Math.sqrt(5)); // between two nodes of a spiral, which fills a disc evenly

// centres places regions so that their distances are near to what apart says, in ms.
export function centres(names: readonly string[], apart: (a: string, b: string) => number): Map<string, { x: number; y: number }> {
  const radius = 100;
  const bodies = names.map((id, i): Centre => ({ id, x: radius * Math.cos((2 * Math.PI * i) / names.length), y: radius * Math.sin((2 * Math.PI * i) / names.length) }));
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ source: a, target: b })));
  const pull = forceLink<Centre, { source: string; target: string }>(pairs).id((c) => c.id).strength(0.5 / Math.max(1, names.length - 1));
  pull.distance((l) => apart((l.source as unknown as Centre).id, (l.target as unknown as Centre).id));
  forceSimulation(bodies).stop().force("apart", pull).tick(rounds);
  return level(new Map(bodies.map((c) => [c.id, { x: c.x!, y: c.y! }])));
}

// level turns places so that the two that are farthest apart are side by side: there is more
// room across than down.
function level(places: ReadonlyMap<string, { x: number; y: number }>): Map<string, { x: number; y: number }> {
  const all = [...places.values()];
  let [far, angle] = [0, 0];
  for (const p of all) {
    for (const q of all) if (Math.hypot(q.x - p.x, q.y - p.y) > far) [far, angle] = [Math.hypot(q.x - p.x, q.y - p.y), Math.atan2(q.y - p.y, q.x - p.x)];
  }
  const [cos, sin] = [Math.cos(-angle), Math.sin(-angle)];
  return new Map([...places].map(([id, { x, y }]) => [id, { x: x * cos - y * sin, y: x * sin + y * cos }]));
}

// inRegions places nodes by their regions, and those of no region around them.
export function inRegions(regions: readonly Region[], others: readonly string[], apart: (a: string, b: string) => number): Map<string, { x: number; y: number }> {
  const there = regions.filter((r) => r.nodes.length > 0);
  const middle = centres(there.map((r) => r.name), apart);
  const places = new Map<string, { x: number; y: number }>();
  let edge = 0;
  for (const { name, nodes } of there) {
    const { x, y } = middle.get(name)!;
    for (const [i, id] of nodes.entries()) {
      const out = nodes.length === 1 ? 0 : beside * Math.sqrt(i + 0.5);
      places.set(id, { x: x + out * Math.cos(i * turn), y: y + out * Math.sin(i * turn) });
      edge = Math.max(edge, Math.hypot(x, y) + out);
    }
  }
  for (const [i, id] of others.entries()) {
    const at = (2 * Math.PI * i) / others.length;
    places.set(id, { x: (edge + around) * Math.sin(at), y: -(edge + around) * Math.cos(at) });
  }
  return places;
}
