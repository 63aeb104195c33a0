import type { Happening } from "../api/forms";

// Nodes tell of these each second, at moments of their own: a picture for each would be as
// many pictures a second as there are nodes.
const frequent = new Set(["stats", "mempool"]);

// urgent reports whether one of these events should be seen at once.
export function urgent(events: readonly Happening[]): boolean {
  return events.some((e) => !frequent.has(e.type));
}
