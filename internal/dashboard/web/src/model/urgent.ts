import type { Happening } from "../api/forms";

// What comes often by itself: nodes tell of the first two each second, at moments of their
// own, and of transfers as many as clients send. A picture for each would be as many pictures
// a second as there are nodes, or parts of the stream.
const frequent = new Set(["stats", "mempool", "transaction-submitted"]);

// urgent reports whether one of these events should be seen at once.
export function urgent(events: readonly Happening[]): boolean {
  return events.some((e) => !frequent.has(e.type));
}
