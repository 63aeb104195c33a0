import { compareNames, type Node } from "./network";

// Line is what a list says of a node.
export interface Line {
  node: Node;
  won: number; // blocks
  share: number; // of all blocks that were won
}

type Order = (a: Line, b: Line) => number;

const text = (of: (l: Line) => string): Order => (a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0);
const number = (of: (l: Line) => number): Order => (a, b) => of(a) - of(b);

const orders: { [by: string]: Order } = {
  name: (a, b) => compareNames(a.node.name, b.node.name),
  machine: text((l) => l.node.machine ?? ""),
  state: text((l) => l.node.state),
  height: number((l) => l.node.tip?.index ?? -1),
  tip: text((l) => l.node.tip?.hash ?? ""),
  peers: number((l) => l.node.peers.size),
  mempool: number((l) => l.node.mempool.transactions + l.node.mempool.parked),
  mining: text((l) => l.node.mining?.mode ?? ""),
  "blocks won": number((l) => l.won),
  share: number((l) => l.share),
};

// sortNodes orders lines by a column, up or down, and those that are equal by name.
export function sortNodes(lines: Line[], { by, down }: { by: string; down: boolean }): Line[] {
  const order = orders[by] ?? orders.name!;
  return lines.sort((a, b) => (down ? -order(a, b) : order(a, b)) || orders.name!(a, b));
}
