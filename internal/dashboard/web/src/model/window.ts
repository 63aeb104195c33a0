const spare = 4; // rows above and below those in sight

// part is which of many rows of one height are to be drawn, where a box shows height
// pixels of them from top on: those from first to before end.
export function part(top: number, height: number, row: number, rows: number): { first: number; end: number } {
  const seen = Math.ceil(height / row) + 1;
  const first = Math.max(0, Math.min(Math.floor(top / row) - spare, rows - seen - spare));
  return { first, end: Math.min(rows, Math.max(0, Math.floor(top / row)) + seen + spare, first + seen + 2 * spare) };
}
