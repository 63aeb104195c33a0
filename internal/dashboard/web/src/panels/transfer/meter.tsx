import { signal } from "@preact/signals";
import { get } from "../../api/client";
import type { PlanForm } from "../../api/mining";
import { attackerOf, type Attacker as Known } from "../../model/attacker";
import { reversal, safeAfter } from "../../model/reversal";
import { useEvery } from "../../parts/every";
import { percent, plural } from "../../parts/words";
import { history, past } from "../../store";
import { view } from "../../view";

// share is the attacker's share of the hash power, from 0 to 1, as a person chose it; null
// for that of who attacks it, or else of the strongest miner.
const share = signal<number | null>(null);

const shown = 6; // confirmations that are compared
const rare = 0.001; // a chance below this is called safe

const every = 2000; // ms

// Meter says how likely it is that a transfer with so many confirmations is undone.
export function Meter({ id, confirmations }: { id: string; confirmations: number }) {
  const { value } = useEvery("mining", (signal) => get<PlanForm>("/network/mining", signal), every);
  const most = attackerOf(past.value === null ? value : null, history.value.record.counts.won(), id);
  const q = share.value ?? most.share;
  const chance = reversal(q, confirmations);
  return (
    <section class="part meter" aria-label="how final it is">
      <h3>How final it is</h3>
      <p>
        Chance that an attacker undoes it, now with {plural(confirmations, "confirmation")}: <b class={chance < rare ? "good" : "bad"}>{chanceWords(chance)}</b>
      </p>
      <meter min={0} max={1} low={rare} high={0.1} optimum={0} value={chance} aria-label="chance that it is undone">
        {chanceWords(chance)}
      </meter>
      <Attacker q={q} most={most} />
      <Chances q={q} now={confirmations} />
      <p class="dim">{limitWords(q)}</p>
      <p class="dim">
        Rosenfeld, Analysis of Hashrate-Based Double-Spending (2012), equation 1: an attacker with this share of the hash power who has one block in advance,
        mines on in secret and never gives up.
      </p>
    </section>
  );
}

// fromWords say whose share it is, and what it is read from.
function fromWords({ node, share, from }: Known): string {
  switch (from) {
    case "attack":
      return `${node}, which spends these coins twice right now`;
    case "rates":
      return `the strongest miner, ${node}, by the hash rates now`;
    case "plan":
      return `the strongest miner, ${node}, by the plan`;
    case "blocks":
      return `the strongest miner, ${node}, has won ${percent(share)} of the blocks`;
    default:
      return "as an example";
  }
}

function Attacker({ q, most }: { q: number; most: Known }) {
  const { parameters } = view.value.network;
  return (
    <p class="acts">
      <label>
        attacker's share{" "}
        <input type="range" min={0} max={60} step={1} value={Math.round(q * 100)} aria-valuetext={percent(q)} onInput={(e) => (share.value = Number(e.currentTarget.value) / 100)} />
      </label>
      <output>{percent(q)}</output>
      <span class="dim">{share.value === null ? fromWords(most) : ""}</span>
      {share.value !== null && (
        <button type="button" onClick={() => (share.value = null)}>
          as {most.node || "before"}
        </button>
      )}
      {parameters !== null && <span class="dim">a confirmation takes {parameters.block_time} s</span>}
    </p>
  );
}

// Chances are those by the number of confirmations.
function Chances({ q, now }: { q: number; now: number }) {
  const list = [...new Set([...Array.from({ length: shown + 1 }, (_, i) => i), now])].sort((a, b) => a - b);
  return (
    <div class="across">
      <table class="chances">
        <caption class="unseen">chance by the number of confirmations</caption>
        <thead>
          <tr>
            <th scope="col">confirmations</th>
            {list.map((z) => (
              <th key={z} scope="col" class={z === now ? "number here" : "number"}>
                {z}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">chance</th>
            {list.map((z) => (
              <td key={z} class={z === now ? "number here" : "number"}>
                {chanceWords(reversal(q, z))}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function limitWords(q: number): string {
  if (q >= 0.5) return "With half of the hash power or more, an attacker always wins in the end: no number of confirmations helps.";
  const z = safeAfter(q, rare);
  return z === null ? "No number of confirmations up to 1,000 has the chance be below 0.1 %." : `Below 0.1 % after ${plural(z, "confirmation")}.`;
}

// chanceWords is a chance in percent, of a small one the first digit that is not 0.
export function chanceWords(chance: number): string {
  if (chance >= 0.1 || chance === 0) return percent(chance);
  if (chance >= 1e-6) return `${Number((chance * 100).toPrecision(2))} %`;
  return "under 0.0001 %";
}
