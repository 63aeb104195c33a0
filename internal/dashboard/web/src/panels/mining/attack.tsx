import { useSignal } from "@preact/signals";
import type { NodePower, Strategy } from "../../api/mining";
import { doubleSpend } from "../../breaking";
import { attack, withDefaults } from "../../model/dial";
import { ActButton } from "../../parts/act";
import { TransferLink } from "../../parts/links";
import { listed } from "../../parts/words";
import { strategyWords, Wants } from "./strategy";

// Attack has a node pay a merchant, and mine a branch in which it has paid itself instead.
export function Attack({ names, nodes }: { names: string[]; nodes: readonly NodePower[] }) {
  const chosen = useSignal("");
  const strategy = useSignal<Strategy>(withDefaults(attack));
  const node = names.includes(chosen.value) ? chosen.value : (names[0] ?? "");
  return (
    <section class="part" aria-label="double spend">
      <h3>Double spend</h3>
      <p class="acts">
        <select aria-label="attacker" value={node} onChange={(e) => (chosen.value = e.currentTarget.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {listed(name)}
            </option>
          ))}
        </select>
        <Wants strategy={strategy.value} set={(s) => (strategy.value = s)} />
        <ActButton act={doubleSpend(node, strategy.value)} disabled={node === ""}>
          attack
        </ActButton>
      </p>
      <p class="dim">
        It pays, mines in secret on a branch in which it has not, and shows that once the merchant's transfer has its confirmations and the branch is longer; or it
        gives up. The coins are of an account that the node can sign for.
      </p>
      {nodes.map((n) => n.mining?.strategy.payment !== undefined && <State key={n.node} of={n} />)}
    </section>
  );
}

// State is how an attack stands.
function State({ of: { node, mining } }: { of: NodePower }) {
  return (
    <p>
      {node}: <TransferLink id={mining!.strategy.payment!} /> {strategyWords(mining!.strategy)}
    </p>
  );
}
