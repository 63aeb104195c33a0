import type { AddressesForm, PeerLink, PeersForm } from "../api/peers";
import { compareNames } from "./network";

// Line is one link, as one of its ends tells of it.
export interface Line extends PeerLink {
  of: string; // name of the node that tells of it
}

export const nameOf = (p: PeerLink): string => p.node ?? p.address;

// linesOf are the links that a node tells of; those of all nodes, each once, for an empty
// name: as who dialled tells of it, and with why the other end keeps it too.
export function linesOf(form: PeersForm, node: string): Line[] {
  const lines = form.nodes.flatMap((n) => n.peers.map((p) => ({ ...p, of: n.node })));
  if (node !== "") return lines.filter((l) => l.of === node);
  const kept = new Map(lines.filter((l) => !l.outbound).map((l) => [`${nameOf(l)} ${l.of}`, l.kept]));
  return lines.filter((l) => l.outbound || l.node === null).map((l) => ({ ...l, kept: [l.kept, l.outbound && kept.get(`${l.of} ${nameOf(l)}`)].filter(Boolean).join(", ") }));
}

// groupsOf lists who counts as one party: nodes by group, and the groups in order. Nodes
// without one are under the empty name.
export function groupsOf(form: PeersForm): Map<string, string[]> {
  const of = new Map(form.nodes.map((n) => [n.node, ""]));
  for (const n of form.nodes) for (const p of n.peers) of.set(nameOf(p), p.group || (of.get(nameOf(p)) ?? ""));
  const groups = new Map<string, string[]>();
  for (const [name, group] of [...of].sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : compareNames(a, b)))) {
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return groups;
}

// shareOf is which part of links leads to a group.
export function shareOf(lines: Line[], group: string): number {
  return lines.length === 0 ? 0 : lines.filter((l) => l.group === group).length / lines.length;
}

// squares is a path of a square for each link: in the row of the node that tells of it, in
// the column of the other one.
export function squares(lines: Line[], at: Map<string, number>): string {
  let path = "";
  for (const l of lines) {
    const [x, y] = [at.get(nameOf(l)), at.get(l.of)];
    if (x !== undefined && y !== undefined) path += `M${x} ${y}h1v1h-1z`;
  }
  return path;
}

// bucketsWide is how many buckets stand side by side in a picture of the tables: the 256 of
// tried are four rows of them, and the 1024 of new, below, sixteen.
export const bucketsWide = 64;
const newBelow = 5; // rows

// buckets is a path of a square for each place, at its bucket.
export function buckets(places: AddressesForm["places"]): string {
  return places.map(({ table, bucket: b }) => `M${b % bucketsWide} ${Math.floor(b / bucketsWide) + (table === "new" ? newBelow : 0)}h1v1h-1z`).join("");
}
