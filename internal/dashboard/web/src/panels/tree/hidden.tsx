import { network } from "../../store";

interface Placed {
  block: { hash: string };
  x: number;
  y: number;
}

// secretOf says who withholds a block; null if nobody does.
export function secretOf(hash: string): { node: string; givenUp: boolean } | null {
  return network.value.now.hidden.blocks.get(hash) ?? null;
}

// secretWords say so in a block's description.
export function secretWords(hash: string): string[] {
  const secret = secretOf(hash);
  if (secret === null) return [];
  return [secret.givenUp ? `given up by ${secret.node}, which never showed it` : `withheld by ${secret.node}: no other node has it`];
}

const beside = 7; // px between a frame and its blocks
const above = 17;

// Secrets frames the blocks that a miner withholds.
export function Secrets({ placed, size }: { placed: readonly Placed[]; size: number }) {
  const by = new Map<string, Placed[]>();
  for (const p of placed) {
    const secret = secretOf(p.block.hash);
    if (secret !== null && !secret.givenUp) by.set(secret.node, [...(by.get(secret.node) ?? []), p]);
  }
  return (
    <>
      {[...by].map(([node, list]) => (
        <Frame key={node} node={node} list={list} size={size} />
      ))}
    </>
  );
}

function Frame({ node, list, size }: { node: string; list: readonly Placed[]; size: number }) {
  const [left, top] = [Math.min(...list.map((p) => p.x)) - beside, Math.min(...list.map((p) => p.y)) - above];
  const [right, bottom] = [Math.max(...list.map((p) => p.x)) + size + beside, Math.max(...list.map((p) => p.y)) + size + beside];
  return (
    <g class="secrets" style={{ transform: `translate(${left}px, ${top}px)` }}>
      <rect width={right - left} height={bottom - top} rx={8} />
      <text x={beside} y={12}>
        {node} withholds {list.length}
      </text>
    </g>
  );
}
