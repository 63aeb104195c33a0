import { useSignal, type Signal } from "@preact/signals";
import { get } from "../api/client";
import type { NodePower, PlanForm } from "../api/mining";
import { dial as set } from "../breaking";
import { dialOf, equal, exactly, majority, partsOf, type Dial } from "../model/dial";
import { ActButton } from "../parts/act";
import { Dialog } from "../parts/dialog";
import { useEvery } from "../parts/every";
import { hashrate, percent } from "../parts/words";
import { Who } from "../parts/who";
import { network, past } from "../store";
import { open } from "../ui";
import { Attack } from "./mining/attack";
import { StrategyMenu, strategyWords } from "./mining/strategy";

const every = 2000; // ms

// MiningDialog is a dial of hash power for each node, and a menu of strategies.
export function MiningDialog() {
  const { value, why } = useEvery("mining", (signal) => get<PlanForm>("/network/mining", signal), every);
  const names = [...network.value.now.nodes.keys()];
  const known = value !== null && names.length > 0; // a link may open the dialog before the network is known
  return (
    <Dialog title="Mining: hash power and strategies">
      {!known && why === "" && <p class="dim">asking …</p>}
      {why !== "" && <p class="bad">{why}</p>}
      {known && <Dials key={names.join()} names={names} form={value} />}
    </Dialog>
  );
}

function Dials({ names, form }: { names: string[]; form: PlanForm }) {
  const dial = useSignal<Dial>(dialOf(form.plan ?? {}, names, form.hashrate, form.nodes));
  return (
    <>
      <p class="dim said">
        Real: each node hashes with as much of the processor as its share is. Paced: a node waits as long as the search would take with its share, and only
        then finds the proof of work, so that many miners of any power fit on one machine.
      </p>
      <Whole dial={dial} />
      <Table names={names} dial={dial} nodes={form.nodes} />
      <p class="acts">
        {past.value === null && <ActButton act={set(dial.value)}>apply</ActButton>}
        <button type="button" onClick={() => open("chart", "mining")}>
          shares against blocks won
        </button>
      </p>
      {past.value === null && <Attack names={names} nodes={form.nodes} />}
    </>
  );
}

function Table({ names, dial, nodes }: { names: string[]; dial: Signal<Dial>; nodes: readonly NodePower[] }) {
  return (
    <div class="across">
      <table class="dials">
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">hash power</th>
            <th scope="col" class="number">
              asked
            </th>
            <th scope="col" class="number">
              achieved
            </th>
            <th scope="col">strategy</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <Row key={name} name={name} dial={dial} is={nodes.find((n) => n.node === name)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const modes: { [mode: string]: string } = { continuous: "on and on", pending: "while transfers wait", demand: "when asked" };

// modesWith are the modes to choose from, with that which is planned.
const modesWith = (planned: string) => [...new Set([...Object.keys(modes), planned])];

// Whole is what concerns all nodes.
function Whole({ dial }: { dial: Signal<Dial> }) {
  const set = (change: Partial<Dial>) => (dial.value = { ...dial.value, ...change });
  const { mode, power, hashrate: rate, shares } = dial.value;
  const [first = ""] = shares.keys();
  const strongest = [...shares].reduce((best, s) => (s[1] > best[1] ? s : best), [first, -1] as [string, number])[0];
  return (
    <p class="acts">
      <label>
        when{" "}
        <select value={mode} onChange={(e) => set({ mode: e.currentTarget.value })}>
          {modesWith(mode).map((m) => (
            <option key={m} value={m}>
              {modes[m] ?? m}
            </option>
          ))}
        </select>
      </label>
      <label>
        power{" "}
        <select value={power} onChange={(e) => set({ power: e.currentTarget.value as Dial["power"] })}>
          <option value="real">real: hashed</option>
          <option value="paced">paced: waited for</option>
        </select>
      </label>
      <label>
        of all, hashes/s{" "}
        <input type="number" min={1} step={1000} size={9} value={rate} onInput={(e) => set({ hashrate: e.currentTarget.valueAsNumber || 0 })} />
      </label>
      <button type="button" onClick={() => (dial.value = equal(dial.value))}>
        all alike
      </button>
      <button type="button" onClick={() => (dial.value = majority(dial.value, strongest))}>
        51 % for {strongest}
      </button>
    </p>
  );
}

function Row({ name, dial, is }: { name: string; dial: Signal<Dial>; is: NodePower | undefined }) {
  const { shares, strategies } = dial.value;
  const part = partsOf(dial.value).get(name) ?? 0;
  const share = shares.get(name) ?? 0;
  const turn = (value: number) => (dial.value = { ...dial.value, shares: new Map([...shares, [name, value]]) });
  return (
    <tr>
      <th scope="row">
        <Who node={name} />
      </th>
      <td>
        <input type="range" min={0} max={100} step={1} value={share} aria-label={`hash power of ${name}`} aria-valuetext={percent(part)} onInput={(e) => turn(e.currentTarget.valueAsNumber)} />
      </td>
      <td class="number">
        <input
          type="number" min={0} max={100} step="any" size={6} value={Number((part * 100).toFixed(2))} aria-label={`percent of the hash power for ${name}`}
          title="the others share the rest in proportion"
          onInput={(e) => e.currentTarget.checkValidity() && e.currentTarget.value !== "" && (dial.value = exactly(dial.value, name, e.currentTarget.valueAsNumber))}
        />{" "}
        %
      </td>
      <td class="number" title={is?.mining == null ? "it does not answer" : hashrate(is.mining.hashrate)}>
        {is?.achieved == null ? "–" : percent(is.achieved)}
      </td>
      <td>
        <StrategyMenu name={name} strategy={strategies.get(name) ?? { name: "honest" }} set={(s) => (dial.value = { ...dial.value, strategies: new Map([...strategies, [name, s]]) })} />
        {is?.mining != null && <span class="dim"> {strategyWords(is.mining.strategy)}</span>}
        {is?.pending && <span class="bad"> is told when it goes on</span>}
      </td>
    </tr>
  );
}
