import type { Happening } from "../api/forms";
import type { Faults, FaultsData } from "../api/faults";
import { isNone } from "./faults";

// Band is a time in which a network had the same faults.
export interface Band {
  offset: number; // of the event that began it
  from: number; // ms since 1970
  to: number; // Infinity while it lasts
  text: string; // what was done
}

const most = 500;

// Bands are the times with faults, the newest last.
export class Bands {
  readonly list: Band[] = [];
  before: Faults | null = null; // what the last change has changed; null if that is not known

  constructor(private last: Faults | null = null) {}

  // note takes in a change of the faults.
  note(e: Happening, at: number): void {
    const data = e.data as unknown as FaultsData;
    [this.before, this.last] = [this.last, data.desired];
    const open = this.list[this.list.length - 1];
    if (open !== undefined && open.to === Infinity) open.to = at;
    if (isNone(data.desired)) return;
    this.list.push({ offset: e.offset, from: at, to: Infinity, text: data.done });
    if (this.list.length > most) this.list.shift();
  }

  // between are the bands of which a part is between two times, cut to them.
  between(from: number, to: number): Band[] {
    return this.list.filter((b) => b.from <= to && b.to >= from).map((b) => ({ ...b, from: Math.max(b.from, from), to: Math.min(b.to, to) }));
  }
}
