import { signal } from "@preact/signals";
import { compareNames } from "../model/network";
import { racesWith } from "../model/races";
import type { Record } from "../model/record";
import { wilson, type Interval } from "../model/share";
import { Dialog } from "../parts/dialog";
import { clock, hashrate, percent, plural } from "../parts/words";
import { Who } from "../parts/who";
import { history, managersTime, network } from "../store";

const fromFirst = signal(false); // blocks count from the first one on, instead of the last change of how nodes mine

// Rates is what each node tries in a second, and whether that is now.
interface Rates {
  now: boolean;
  of: Map<string, number>;
}

interface Row {
  node: string;
  won: number; // blocks of the best chain
  share: number; // of all that were won
  within: Interval;
  rate: number; // hashes a second
  rateShare: number; // of the rates of all
}

// Shares holds each node's share of the hash rate against the blocks that it won.
export function Shares() {
  const { record } = history.value;
  const { since } = record.orders;
  const rates = ratesOf(record, network.value.now.nodes.keys());
  const rows = rowsOf(record, rates, fromFirst.value ? 0 : since);
  const widest = Math.max(0.05, ...rows.map((r) => Math.max(r.within.high, r.rateShare)));
  return (
    <Dialog title="Mining: share of hash rate against blocks won">
      <p class="said">
        A bar is the 95 % interval (Wilson) of a node's share of the best chain's blocks, the dot in it the share itself; the diamond is its share of the
        hash rate, {rates.now ? "from what each node tries now" : "from the hashes and the time of the searches that found its blocks, as nobody searches now"}. If luck alone is at work and all nodes mine all the time, nineteen of
        twenty bars hold their diamond.
      </p>
      {since > 0 && (
        <p>
          <label>
            blocks that count{" "}
            <select value={fromFirst.value ? "all" : "since"} onChange={(e) => (fromFirst.value = e.currentTarget.value === "all")}>
              <option value="since">since the last change of plan or strategy, at {clock(since)}</option>
              <option value="all">all</option>
            </select>
          </label>
        </p>
      )}
      {rows.length === 0 ? <p class="empty">No block has been mined yet.</p> : <Table rows={rows} widest={widest} />}
      <Gammas record={record} since={fromFirst.value ? 0 : since} />
    </Dialog>
  );
}

// Gammas says of each node that has withheld blocks how its branch fared against others.
function Gammas({ record, since }: { record: Record; since: number }) {
  const names = [...record.withholders].sort(compareNames);
  if (names.length === 0) return null;
  const found = [...record.counts.since(since - 1)];
  return (
    <section class="part">
      <h3>Gamma: how many of the others mine on an attacker's branch</h3>
      <p class="dim said">
        A race is two blocks at one height, one of them of the attacker. Gamma is the share of the blocks which others find next that stand on the attacker's. It
        follows from whose block the others hear of first, and decides from which hash power on withholding pays.
      </p>
      {names.map((node) => (
        <p key={node}>
          <Who node={node} /> {gammaWords(racesWith(node, found))}
        </p>
      ))}
    </section>
  );
}

function gammaWords({ races, own }: { races: number; own: number }): string {
  if (races === 0) return "no race so far";
  const { low, high } = wilson(own, races);
  return `gamma ${percent(own / races)}, as ${own} of ${plural(races, "block")} of others after a race are on its branch (95 %: ${percent(low)} to ${percent(high)})`;
}

// ratesOf are what the nodes say that they try, or what they have tried for their blocks
// where no node tries anything now.
function ratesOf({ rates, searches, latest }: Record, nodes: Iterable<string>): Rates {
  const at = managersTime();
  if (rates.all(at) > 0) return { now: true, of: new Map([...nodes].map((n) => [n, rates.of(n, at)])) };
  return { now: false, of: new Map([...(fromFirst.value ? searches : latest)].map(([n, s]) => [n, s.seconds > 0 ? s.hashes / s.seconds : 0])) };
}

function rowsOf(record: Record, { of: rates }: Rates, since: number): Row[] {
  const won = record.counts.won(since);
  const blocksOfAll = sum(won.values());
  const allRates = sum(rates.values());
  return [...new Set([...won.keys(), ...rates.keys()])].sort(compareNames).map((node) => {
    const blocks = won.get(node) ?? 0;
    const rate = rates.get(node) ?? 0;
    return { node, won: blocks, share: blocksOfAll === 0 ? 0 : blocks / blocksOfAll, within: wilson(blocks, blocksOfAll), rate, rateShare: allRates === 0 ? 0 : rate / allRates };
  });
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const v of values) total += v;
  return total;
}

function Table({ rows, widest }: { rows: Row[]; widest: number }) {
  return (
    <div class="across">
      <table class="shares">
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">0 to {percent(widest)}</th>
            <th scope="col" class="number">
              blocks won
            </th>
            <th scope="col" class="number">
              share
            </th>
            <th scope="col" class="number">
              95 %
            </th>
            <th scope="col" class="number">
              share of hash rate
            </th>
            <th scope="col" class="number">
              its rate
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.node}>
              <th scope="row">
                <Who node={r.node} />
              </th>
              <td class="bar-cell">
                <Bar row={r} widest={widest} />
              </td>
              <td class="number">{r.won}</td>
              <td class="number">{percent(r.share)}</td>
              <td class="number">
                {percent(r.within.low)} to {percent(r.within.high)}
              </td>
              <td class="number">{percent(r.rateShare)}</td>
              <td class="number">{hashrate(r.rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bar({ row: { within, share, rateShare }, widest }: { row: Row; widest: number }) {
  const at = (v: number) => `${(v / widest) * 100}%`;
  return (
    <svg aria-hidden="true">
      <line class="track" x1="0" x2="100%" y1="11" y2="11" />
      <rect class="range" x={at(within.low)} width={at(within.high - within.low)} y="6" height="10" rx="3" />
      <circle class="won" cx={at(share)} cy="11" r="4" />
      <svg x={at(rateShare)} overflow="visible">
        <path class="rate" d="M0 4 L6 11 L0 18 L-6 11 Z" />
      </svg>
    </svg>
  );
}
