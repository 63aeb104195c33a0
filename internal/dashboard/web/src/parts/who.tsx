import { hueOf } from "../view";
import { open } from "../ui";
import { listed } from "./words";

// Who names a node beside its colour as a miner, and opens it.
export function Who({ node }: { node: string }) {
  if (node === "") return <span class="dim">not known</span>;
  return (
    <button type="button" class={`icon who ${hueOf(node)}`} title={node} onClick={() => open("node", node)}>
      <i class="swatch" aria-hidden="true" />
      <span>{listed(node)}</span>
    </button>
  );
}
