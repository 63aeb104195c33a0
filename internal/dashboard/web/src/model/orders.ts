import type { Happening } from "../api/forms";
import { honest } from "./network";

// Order is how a node mines from an event on.
interface Order {
  mode: string;
  strategy: string;
  solver: string;
  hashrate: number; // hashes a second that are wanted; 0 for all that there are
}

// Orders are how each node was told to mine last. Who mines on after a stop or a new start as
// it did before was not told another way. What a session has nodes do is none of it.
export class Orders {
  since = 0; // ms since 1970, when a node was told another way last; 0 if none ever was
  private readonly last = new Map<string, Order>(); // by node

  // note takes in how a node mines from a time on, in ms since 1970, and returns what is other
  // than before, in words; null if nothing is.
  note({ node = "", data }: Happening, at: number): string | null {
    const before = this.last.get(node);
    const { mode = "", strategy = before?.strategy ?? honest, solver = "", hashrate = 0 } = data as Partial<Order>;
    const now = { mode, strategy, solver, hashrate };
    const others = changes(before, now);
    this.last.set(node, now);
    if (others.length === 0) return null;
    this.since = Math.max(this.since, at);
    return `mines from now on: ${others.join(", ")}`;
  }
}

// changes are what is other than before; of a node that never was told, all but what nodes do
// untold. They leave hash rates out, so that nodes of one plan have the same words.
function changes(before: Order | undefined, now: Order): string[] {
  return [
    now.strategy === (before?.strategy ?? honest) ? "" : `strategy ${now.strategy}`,
    now.mode === before?.mode ? "" : `mode ${now.mode}`,
    now.solver === before?.solver ? "" : `power ${now.solver === "paced" ? "paced" : "real"}`,
    before === undefined || now.hashrate === before.hashrate ? "" : "another hash rate",
  ].filter((change) => change !== "");
}
