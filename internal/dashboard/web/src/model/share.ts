// Interval is a part of 0 to 1.
export interface Interval {
  low: number;
  high: number;
}

const z = 1.959964; // of the normal distribution, 95 %

// wilson is Wilson's interval for the chance of something that came about k times of n, at
// 95 %: chances outside of it would make such a result rare. Of no tries at all it is
// everything.
export function wilson(k: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const p = k / n;
  const middle = p + (z * z) / (2 * n);
  const beside = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const whole = 1 + (z * z) / n;
  return { low: Math.max(0, (middle - beside) / whole), high: Math.min(1, (middle + beside) / whole) };
}
