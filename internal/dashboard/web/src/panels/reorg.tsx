import type { Change } from "../model/reorgs";
import type { Reorg as NodesReorg } from "../model/record";
import type { Found } from "../model/blockcounts";
import { nameOf } from "../people";
import { Dialog } from "../parts/dialog";
import { TransferLink } from "../parts/links";
import { brief, clock, coins, duration, plural } from "../parts/words";
import { Who } from "../parts/who";
import { history, network } from "../store";
import { submitted, useSubmitted } from "../submitted";
import { NamedBlock } from "./block";
import { logAround } from "./log";

const longest = 500; // blocks of a branch that are looked at

// Reorg is the post-mortem of a reorg: the id is the offset of a node's event, and what is
// shown is all of the network's change that it is part of.
export function Reorg({ id }: { id: string }) {
  const { changes, counts } = history.value.record;
  const change = changes.of(Number(id));
  if (change === undefined) {
    return (
      <Dialog title="Reorg">
        <p class="empty">This page's record has no such reorg: it is too long ago, or the record is still being read.</p>
      </Dialog>
    );
  }
  const first = change.reorgs[0]!;
  const deepest = change.reorgs.find((r) => r.data.depth === change.depth)!;
  const { fork } = deepest.data;
  const left = branch(deepest.data.from.hash, fork.index, (hash) => counts.get(hash));
  const taken = branch(deepest.data.to.hash, fork.index, (hash) => counts.get(hash));
  return (
    <Dialog title={`Reorg of ${plural(change.depth, "block")} on ${plural(change.reorgs.length, "node")}`}>
      <p class="said">
        At {clock(first.at)} {change.reorgs.length === 1 ? `${first.node} left` : `${change.reorgs.length} nodes left`}{" "}
        {plural(change.depth, "block")} after block {fork.index} for a branch with more work
        {spread(change) > 0 && `; from the first node to the last it took ${duration(spread(change) / 1000)}`}.
      </p>
      <p class="buttons">
        <button type="button" onClick={() => logAround(first.at)}>
          its lines in the log
        </button>
        <span>
          both branches part at <NamedBlock hash={fork.hash} />
        </span>
      </p>
      <div class="branches">
        <Branch title="left, now stale" blocks={left} stale />
        <Branch title="taken instead" blocks={taken} />
      </div>
      <h3>At each node</h3>
      <Places of={change} />
      <Overtaken of={change} />
      <p class="dim">
        Returned transfers are pending again. Held ones are in the new branch too. Overtaken ones are undone for good: a transfer in the new branch has
        their sequence.
      </p>
    </Dialog>
  );
}

function spread(change: Change): number {
  return change.reorgs[change.reorgs.length - 1]!.at - change.reorgs[0]!.at;
}

// branch lists the known blocks from a tip down to above a height, the lowest first.
function branch(tip: string, above: number, known: (hash: string) => Readonly<Found> | undefined): Readonly<Found>[] {
  const blocks: Readonly<Found>[] = [];
  for (let b = known(tip); b !== undefined && b.index > above && blocks.length < longest; b = known(b.previous_hash)) blocks.push(b);
  return blocks.reverse();
}

function Branch({ title, blocks, stale = false }: { title: string; blocks: Readonly<Found>[]; stale?: boolean }) {
  return (
    <section>
      <h3 class={stale ? "bad" : "good"}>{title}</h3>
      {blocks.length === 0 && <p class="dim">Its blocks are not in this page's record.</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">block</th>
            <th scope="col">miner</th>
            <th scope="col">first seen</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map((b) => (
            <tr key={b.hash}>
              <td>
                <NamedBlock hash={b.hash} />
              </td>
              <td>
                <Who node={b.node} />
              </td>
              <td>{clock(b.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Places({ of: change }: { of: Change }) {
  const start = change.reorgs[0]!.at;
  const sums = ["returned", "held", "overtaken"];
  return (
    <div class="across">
      <table>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">when</th>
            <th scope="col">depth</th>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col">brought by</th>
            {sums.map((s) => (
              <th key={s} scope="col" class="number">
                {s}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {change.reorgs.map((r) => (
            <tr key={r.offset}>
              <th scope="row">
                <Who node={r.node} />
              </th>
              <td>{r.at === start ? clock(r.at) : `+${duration((r.at - start) / 1000)}`}</td>
              <td>{r.data.depth}</td>
              <td>
                <NamedBlock hash={r.data.from.hash} />
              </td>
              <td>
                <NamedBlock hash={r.data.to.hash} />
              </td>
              <td>{bringer(r)}</td>
              <td class="number">{r.data.returned}</td>
              <td class="number">{r.data.held}</td>
              <td class="number">{r.data.dropped - r.data.held}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// bringer is who brought the node the branch that it took.
function bringer({ node, data }: NodesReorg): string {
  if (data.peer === undefined) return `${node} itself`;
  return network.value.now.named(data.peer)?.name ?? brief(data.peer);
}

// Overtaken lists transfers that the new branch contradicts, as after a double spend.
function Overtaken({ of: change }: { of: Change }) {
  useSubmitted();
  const all = new Map(change.reorgs.flatMap((r) => r.data.overtaken ?? []).map((o) => [o.id, o]));
  if (all.size === 0) return null;
  return (
    <>
      <h3>Overtaken transfers</h3>
      <ul>
        {[...all.values()].map((o) => (
          <li key={o.id}>
            <Transfer id={o.id} />, by <Transfer id={o.by} /> in <NamedBlock hash={o.block.hash} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Transfer({ id }: { id: string }) {
  const sent = submitted.value.list.find((t) => t.id === id);
  return (
    <TransferLink id={id}>
      {sent === undefined ? brief(id) : `${nameOf(sent.sender)} to ${nameOf(sent.recipient)}, ${coins(sent.amount)}`}
    </TransferLink>
  );
}
