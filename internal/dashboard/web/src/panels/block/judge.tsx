import { useSignal } from "@preact/signals";
import { asked } from "../../asked";
import { invalidate, reconsider, reorg } from "../../breaking";
import { ActButton } from "../../parts/act";
import { listed, plural } from "../../parts/words";
import { network, past } from "../../store";

// Judge has a node take a block for invalid, or no more, and the network leave it.
export function Judge({ hash, index }: { hash: string; index: number }) {
  if (past.value !== null || index === 0) return null;
  return (
    <section class="part" aria-label="bend the chain">
      <h3>Bend the chain</h3>
      <ByHand hash={hash} />
      <Undo index={index} />
    </section>
  );
}

// ByHand is one node's decision about the block.
function ByHand({ hash }: { hash: string }) {
  const running = [...network.value.now.nodes.values()].filter((n) => n.state === "running").map((n) => n.name);
  const chosen = useSignal("");
  const node = running.includes(chosen.value) ? chosen.value : asked.value;
  if (node === "") return null;
  return (
    <p class="acts">
      <label>
        on{" "}
        <select value={node} onChange={(e) => (chosen.value = e.currentTarget.value)}>
          {running.map((name) => (
            <option key={name} value={name}>
              {listed(name)}
            </option>
          ))}
        </select>
      </label>
      <ActButton act={invalidate(node, hash)}>invalidate</ActButton>
      <ActButton act={reconsider(node, hash)}>reconsider</ActButton>
      <span class="dim">the node leaves it and what is on it, as if it broke a rule, or takes it again</span>
    </p>
  );
}

// Undo has the network leave the block, and all that is on it, for real blocks that a node
// mines aside.
function Undo({ index }: { index: number }) {
  const height = network.value.now.best()?.index ?? 0;
  const least = Math.max(1, height - index + 1); // that takes this block with it
  const typed = useSignal<number | null>(null);
  const depth = typed.value ?? least;
  if (index > height) return null;
  return (
    <p class="acts">
      <label>
        reorg of{" "}
        <input type="number" min={1} max={height} value={depth} size={4} onInput={(e) => (typed.value = e.currentTarget.valueAsNumber || null)} />
      </label>
      <ActButton act={reorg(depth, asked.value)}>reorg</ActButton>
      <span class="dim">
        {asked.value || "a node"} mines real blocks aside until they outweigh {plural(depth, "block")}, which all leave
        {depth < least ? ", which does not reach down to this one" : depth === least ? ": this one, and what is on it" : ""}
      </span>
    </p>
  );
}
