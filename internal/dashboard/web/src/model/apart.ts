import { lanes, type Known } from "./lanes";

// lanesApart returns the lane of each block, where those that their miners withhold stand
// below all others that are as high.
export function lanesApart(blocks: readonly Known[], best: string, hidden: (hash: string) => boolean): Map<string, number> {
  const secret = blocks.filter((b) => hidden(b.hash));
  if (secret.length === 0) return lanes(blocks, best);
  const all = lanes(blocks.filter((b) => !hidden(b.hash)), best);
  const from = Math.min(...secret.map((b) => b.index)) - 1;
  const below = 1 + Math.max(0, ...blocks.filter((b) => b.index >= from).map((b) => all.get(b.hash) ?? 0));
  for (const [hash, lane] of lanes(secret, "")) all.set(hash, below + lane);
  return all;
}
