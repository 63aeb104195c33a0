// Figures of several runs.

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)]!;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

// report prints a figure and what it must reach.
export function report(what: string, figure: string, wanted: string): void {
  console.log(`| ${what} | ${figure} | ${wanted} |`);
}
