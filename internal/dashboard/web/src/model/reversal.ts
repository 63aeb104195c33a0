// How likely it is that a confirmed transfer is undone by an attacker who began to mine a
// branch of its own when the transfer was sent.

// reversal is the chance that an attacker with a share q of the hash power, from 0 to 1,
// ever has a longer branch than the rest of the network, which has put z confirmations on a
// transfer: M. Rosenfeld, Analysis of Hashrate-Based Double-Spending (2012), equation 1, by
// which the attacker has mined one block in advance. S. Nakamoto's (Bitcoin, 2008, section
// 11) is near to it, and a little less: it has the attacker's progress be of Poisson's law.
export function reversal(q: number, z: number): number {
  if (q <= 0) return 0;
  if (q >= 0.5) return 1;
  const p = 1 - q;
  let sum = 0;
  let ways = 1; // binomial(m + z - 1, m)
  for (let m = 0; m <= z; m++) {
    if (m > 0) ways *= (m + z - 1) / m;
    sum += ways * (p ** z * q ** m - p ** m * q ** z);
  }
  return Math.max(0, 1 - sum);
}

// safeAfter is how many confirmations have the chance be below a limit; null if no number
// does, or none up to most.
export function safeAfter(q: number, limit: number, most = 1000): number | null {
  if (q >= 0.5) return null;
  for (let z = 0; z <= most; z++) if (reversal(q, z) < limit) return z;
  return null;
}
