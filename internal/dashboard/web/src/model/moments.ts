const most = 4000;

// Moments tells which event was the last at a time. It keeps one event in so many ms, and
// twice as many ms when there are too many.
export class Moments {
  private every = 100; // ms
  private readonly kept: { offset: number; at: number }[] = []; // both rise

  // note takes down the next event.
  note(offset: number, at: number): void {
    const last = this.kept[this.kept.length - 1];
    if (last !== undefined && at - last.at < this.every) {
      if (at >= last.at && this.kept.length > 1) last.offset = Math.max(last.offset, offset);
      return;
    }
    this.kept.push({ offset, at });
    if (this.kept.length > most) this.thin();
  }

  // offsetAt is the offset of the last event up to a time, of those that are kept, or of
  // the first; 0 if there is none.
  offsetAt(at: number): number {
    return (this.kept[Math.max(0, this.later(at) - 1)] ?? { offset: 0 }).offset;
  }

  // timeOf is when the event at an offset happened, about.
  timeOf(offset: number): number {
    let [low, high] = [0, this.kept.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.kept[mid]!.offset <= offset) low = mid + 1;
      else high = mid;
    }
    return (this.kept[Math.max(0, low - 1)] ?? { at: 0 }).at;
  }

  // later is the place of the first moment after a time.
  private later(at: number): number {
    let [low, high] = [0, this.kept.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.kept[mid]!.at <= at) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  private thin(): void {
    this.every *= 2;
    let last = -Infinity;
    let n = 0;
    for (const moment of this.kept) {
      if (moment.at - last < this.every) continue;
      this.kept[n++] = moment;
      last = moment.at;
    }
    this.kept.length = n;
  }
}
