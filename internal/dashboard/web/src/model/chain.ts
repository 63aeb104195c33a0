import type { BlockRef } from "../api/forms";
import type { Network } from "./network";

// mainChain holds the hashes of the kept blocks from a tip down.
export function mainChain(network: Network, tip: BlockRef | null): Set<string> {
  const hashes = new Set<string>();
  if (tip !== null) for (const b of network.chain(tip.hash)) hashes.add(b.hash);
  return hashes;
}
