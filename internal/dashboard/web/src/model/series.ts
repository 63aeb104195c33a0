// Series keeps points over a time without an end in bounded room: when it is full, every
// other point is left out, and from then on points come half as often.
export class Series<P extends { at: number }> {
  readonly points: P[] = [];

  // step is the least ms between two points.
  constructor(
    private readonly most: number,
    public step: number,
  ) {}

  // due reports whether a point of that time would be taken.
  due(at: number): boolean {
    const last = this.points[this.points.length - 1];
    return last === undefined || at - last.at >= this.step;
  }

  add(point: P): void {
    if (!this.due(point.at)) return;
    this.points.push(point);
    if (this.points.length >= this.most) this.halve();
  }

  private halve(): void {
    const last = this.points.length - 1;
    const kept = this.points.filter((_, i) => (last - i) % 2 === 0);
    this.points.splice(0, this.points.length, ...kept);
    this.step *= 2;
  }
}
