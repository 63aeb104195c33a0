import type { Pair } from "./links";

export interface Point {
  x: number;
  y: number;
}

// Division is what a line through the network comes to: two groups, and the links between
// them.
export interface Division {
  groups: [string[], string[]];
  cut: Pair[];
}

// side is on which side of a line through a and b a point is: its sign.
function side(a: Point, b: Point, p: Point): number {
  return Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));
}

// crosses reports whether a stretch from a to b and one from c to d have a point in common.
export function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

// divide has a line cut the links that it crosses. Nodes that are still joined are on the
// side on which more of them are; if the line parts none, each is on its own side. It
// returns null if all nodes are on one side then.
export function divide(from: Point, to: Point, spots: ReadonlyMap<string, Point>, links: readonly Pair[]): Division | null {
  if (from.x === to.x && from.y === to.y) return null;
  const whole = links.filter(({ a, b }) => {
    const [p, q] = [spots.get(a), spots.get(b)];
    return p !== undefined && q !== undefined && !crosses(from, to, p, q);
  });
  const names = [...spots.keys()];
  const sideOf = (name: string) => side(from, to, spots.get(name)!);
  const groups = split(names, components(names, whole), sideOf) ?? split(names, names.map((name) => [name]), sideOf);
  if (groups === null) return null;
  const first = new Set(groups[0]);
  return { groups, cut: links.filter(({ a, b }) => first.has(a) !== first.has(b)) };
}

// split puts each of some sets on the side on which more of its nodes are. The first node is
// in the first group; null if all are in it.
function split(names: readonly string[], sets: readonly string[][], sideOf: (name: string) => number): [string[], string[]] | null {
  const left = new Set(sets.filter((set) => set.reduce((sum, name) => sum + sideOf(name), 0) < 0).flat());
  const first = left.has(names[0]!);
  const groups: [string[], string[]] = [names.filter((n) => left.has(n) === first), names.filter((n) => left.has(n) !== first)];
  return groups[1].length === 0 ? null : groups;
}

// components are the sets of nodes that links join.
export function components(names: readonly string[], links: readonly Pair[]): string[][] {
  const of = new Map(names.map((name) => [name, [name]]));
  for (const { a, b } of links) {
    const [one, other] = [of.get(a), of.get(b)];
    if (one === undefined || other === undefined || one === other) continue;
    one.push(...other);
    for (const name of other) of.set(name, one);
  }
  return [...new Set(of.values())];
}
