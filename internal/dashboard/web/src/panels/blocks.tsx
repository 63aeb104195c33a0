import { computed, signal } from "@preact/signals";
import { chainOf, type Chain } from "../model/chain";
import type { Block } from "../model/network";
import { spreadOf } from "../model/spread";
import { Copyable } from "../parts/copy";
import { Who } from "../parts/who";
import { BlockLink } from "../parts/links";
import { Rows, type Column } from "../parts/rows";
import { clock, duration, plural } from "../parts/words";
import { history } from "../store";
import { open } from "../ui";
import { view } from "../view";
import { secretOf } from "./tree/hidden";

const staleOnly = signal(false);

interface Listed extends Block {
  chain: Chain;
}

const listed = computed<Listed[]>(() => {
  const { blocks, best, network } = view.value;
  const chain = chainOf(network, best);
  const list = blocks.filter((b) => b.index > 0).map((b) => ({ ...b, chain: chain(b) })).reverse();
  return staleOnly.value ? list.filter((b) => b.chain === "stale") : list;
});

const chains = { main: "best", open: "ahead", stale: "stale" };

const columns: Column<Listed>[] = [
  { name: "height", number: true, cell: (b) => b.index },
  { name: "hash", cell: (b) => <Hash of={b} /> },
  { name: "miner", cell: (b) => <Who node={b.node} /> },
  { name: "transactions", number: true, cell: (b) => b.transactions || "" },
  { name: "when", number: true, cell: (b) => <span title={new Date(b.at).toISOString()}>{clock(b.at)}</span> },
  { name: "search", number: true, cell: (b) => said(history.peek().record.ways.get(b.hash)?.search) },
  { name: "to half", number: true, cell: half },
  { name: "chain", cell: (b) => <Kind of={b} /> },
];

// Blocks lists the blocks, the newest first.
export function Blocks() {
  history.value; // whose times are shown
  const rows = listed.value;
  return (
    <div class="list">
      <div class="bar">
        <button type="button" aria-pressed={staleOnly.value} onClick={() => (staleOnly.value = !staleOnly.value)}>
          stale only
        </button>
        <span class="dim">
          {staleOnly.value ? plural(rows.length, "stale block") : rows.length === 0 ? "no block" : `the last ${plural(rows.length, "block")}`}
          {view.value.node === null ? "" : `, as ${view.value.node.name} knows them`}
        </span>
      </div>
      <Rows
        label="blocks, the newest first"
        columns={columns}
        rows={rows}
        keyOf={(b) => b.hash}
        classOf={(b) => (b.chain === "stale" ? "stale" : "")}
        onOpen={(b) => open("block", b.hash)}
        grows="top"
        empty={staleOnly.value ? "No block is stale: the best chain has outrun none." : "No block yet but the genesis block."}
      />
    </div>
  );
}

function Hash({ of: { hash } }: { of: Listed }) {
  return (
    <span class="copyable">
      <BlockLink hash={hash} plain />
      <Copyable text={hash} what="hash" shown="" />
    </span>
  );
}

function Kind({ of: { hash, chain } }: { of: Listed }) {
  const word = secretOf(hash) === null ? chains[chain] : "withheld";
  return word === "stale" || word === "withheld" ? <span class="bad">{word}</span> : <>{word}</>;
}

// said is a time that may not be known.
function said(seconds: number | undefined): string {
  return seconds === undefined || seconds === 0 ? "" : duration(seconds);
}

// half is how long a block took to be at half of the nodes.
function half(b: Listed): string {
  const way = history.peek().record.ways.get(b.hash);
  const ms = way === undefined ? undefined : spreadOf(way).half;
  return ms === undefined ? "" : duration(ms / 1000);
}
