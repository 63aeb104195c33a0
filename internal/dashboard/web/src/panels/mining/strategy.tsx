import type { Strategy, StrategyState } from "../../api/mining";
import { menus, wantsOf, withDefaults } from "../../model/dial";
import { plural } from "../../parts/words";

// strategyWords says what has come of a strategy; empty of one that shows each block.
export function strategyWords({ name, withheld, outcome, confirmed = 0 }: StrategyState): string {
  if (name === "honest") return "";
  const parts = [name];
  if (withheld > 0) parts.push(`withholds ${plural(withheld, "block")}`);
  if (outcome) parts.push(outcome);
  else if (confirmed > 0) parts.push(`its payment has ${plural(confirmed, "confirmation")}`);
  return `now ${parts.join(", ")}`;
}

const labels: { [want: string]: string } = {
  trail: "behind by", blocks: "at a time", address: "account", from: "coins of", merchant: "pays", amount: "coins", confirmations: "confirmations", give_up: "gives up behind by",
};

// StrategyMenu chooses a node's strategy, and asks for what that wants to be told.
export function StrategyMenu({ name, strategy, set }: { name: string; strategy: Strategy; set: (s: Strategy) => void }) {
  const menu = menus[strategy.name];
  const names = menu === undefined ? [strategy.name, ...Object.keys(menus)] : Object.keys(menus);
  return (
    <span class="strategy">
      <select aria-label={`strategy of ${name}`} title={menu?.said} value={strategy.name} onChange={(e) => set(withDefaults(e.currentTarget.value))}>
        {names.map((s) => (
          <option key={s} value={s} title={menus[s]?.said}>
            {s}
          </option>
        ))}
      </select>
      {menu !== undefined && <Wants strategy={strategy} set={set} />}
    </span>
  );
}

// Wants are the fields of what a strategy wants to be told.
export function Wants({ strategy, set }: { strategy: Strategy; set: (s: Strategy) => void }) {
  return (
    <>
      {wantsOf(strategy.name).map((want) => (
        <label key={want}>
          {labels[want]}{" "}
          <input size={5} value={String(strategy[want] ?? "")} onInput={(e) => set({ ...strategy, [want]: typed(strategy[want], e.currentTarget.value) })} />
        </label>
      ))}
    </>
  );
}

// typed is a text as what it stands for: a number where one was.
function typed(before: unknown, text: string): string | number {
  return typeof before === "number" ? Number(text) || 0 : text;
}
