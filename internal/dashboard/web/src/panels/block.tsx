import type { ComponentChildren } from "preact";
import { curl, getExact, onNode } from "../api/client";
import type { BlockAnswer } from "../api/ledger";
import { asked } from "../asked";
import type { Way } from "../model/record";
import { meet } from "../people";
import { copy, Copyable } from "../parts/copy";
import { Dialog } from "../parts/dialog";
import { useFresh } from "../parts/fresh";
import { BlockLink } from "../parts/links";
import { clock, duration, plural, short } from "../parts/words";
import { Who } from "../parts/who";
import { history, network } from "../store";
import { Judge } from "./block/judge";
import { Bytes } from "./bytes";
import { Inside } from "./inside";
import { logAround } from "./log";
import { Work } from "./work";

const most = 4; // nodes that are asked

interface Told extends BlockAnswer {
  node: string; // that has told it
}

// Block shows a block as a node has it: its header, the work in it, what is in it, and how
// it went through the network.
export function Block({ id }: { id: string }) {
  const { now } = network.value;
  const { record } = history.value;
  const nodes = likely(id);
  const moves = (e: { type: string }) => e.type === "tip-moved" || e.type === "node-up";
  const { value: told, why } = useFresh(`${id} ${nodes.length > 0}`, (signal) => firstOf(likely(id), id, signal), moves);
  const way = record.ways.get(id);
  const miner = record.counts.get(id)?.node || now.blocks.get(id)?.node || "";
  const index = told?.block.index ?? now.blocks.get(id)?.index;
  return (
    <Dialog title={index === undefined ? `Block ${short(id)}` : `Block ${index.toLocaleString("en")}`}>
      {told === null && why === "" && <p class="dim">Asking {nodes[0] ?? "the nodes"} …</p>}
      {why !== "" && <p class="bad">{why}</p>}
      <dl class="facts">
        <Fact name="hash">
          <Copyable text={id} what="hash" />
        </Fact>
        <Fact name="mined by">
          <Who node={miner} />
          {way !== undefined && way.search > 0 && ` after ${duration(way.search)} and ${plural(way.hashes, "hash", "hashes")} of search`}
        </Fact>
        {told !== null && <Place of={told} />}
        <Fact name="came">
          {way === undefined ? <span class="dim">not in this page's record, or no longer</span> : <Times of={way} all={now.nodes.size} />}
        </Fact>
      </dl>
      {told !== null && (
        <>
          <p class="buttons">
            <button type="button" onClick={() => copy(curl({ method: "GET", path: pathOf(told.node, id) }), "the command")}>
              copy as curl
            </button>
            {way !== undefined && (
              <button type="button" onClick={() => logAround(way.first)}>
                its lines in the log
              </button>
            )}
          </p>
          <Judge hash={id} index={told.block.index} />
          <Bytes header={told.header} block={told.block} />
          <Work key={told.header} header={told.header} block={told.block} />
          <Inside transactions={told.block.transactions} />
        </>
      )}
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

// Place says where the block stands.
function Place({ of: told }: { of: Told }) {
  const { previous_hash, index, transactions } = told.block;
  const children = new Set(told.next_hash === null ? [] : [told.next_hash]);
  for (const b of network.value.now.blocks.values()) if (b.previous_hash === told.block.hash) children.add(b.hash);
  return (
    <>
      <Fact name="stands">
        {told.main ? `on the chain of ${told.node}, with ${plural(told.confirmations, "confirmation")}` : <span class="bad">beside the chain of {told.node}: stale there</span>}
      </Fact>
      <Fact name="on top of">{index === 0 ? "nothing: it is the genesis block" : <NamedBlock hash={previous_hash} />}</Fact>
      <Fact name="beneath">{children.size === 0 ? <span class="dim">no block yet</span> : [...children].map((hash) => <NamedBlock key={hash} hash={hash} />)}</Fact>
      <Fact name="size">
        {told.size.toLocaleString("en")} bytes, with {plural(transactions.length, "transaction")}
      </Fact>
    </>
  );
}

// NamedBlock opens a block, and says what is known of it.
export function NamedBlock({ hash }: { hash: string }) {
  const known = history.value.record.counts.get(hash) ?? network.value.now.blocks.get(hash);
  return (
    <BlockLink hash={hash}>
      {known === undefined ? "" : `${known.index} by ${known.node || "?"}, `}
      <code>{short(hash)}</code>
    </BlockLink>
  );
}

// Times says when the block came to which node, in ms after the first.
function Times({ of: way, all }: { of: Way; all: number }) {
  const arrivals = [...way.arrivals].sort(([, a], [, b]) => a.at - b.at);
  const shown = arrivals.slice(0, 12);
  return (
    <>
      {clock(way.first)} at {shown.map(([node, a], i) => (i === 0 ? node : `, ${node} +${(a.at - way.first).toFixed(1)} ms`))}
      {arrivals.length > shown.length && `, and ${arrivals.length - shown.length} more`}
      {arrivals.length < all && <span class="dim">; {all - arrivals.length} have not told of it</span>}
    </>
  );
}

function pathOf(node: string, hash: string): string {
  return onNode(node, `/blocks/${hash}?details=true`);
}

// likely are running nodes, those first that should have a block.
function likely(hash: string): string[] {
  const had = history.peek().record.ways.get(hash)?.arrivals;
  const running = [...network.peek().now.nodes.values()].filter((n) => n.state === "running").map((n) => n.name);
  const having = running.filter((name) => had?.has(name));
  const first = asked.peek();
  const order = had === undefined || had.has(first) ? [first, ...having, ...running] : [...having, first, ...running];
  return [...new Set(order)].filter((name) => name !== "").slice(0, most);
}

// firstOf asks one node after the other for a block.
async function firstOf(nodes: string[], hash: string, signal: AbortSignal): Promise<Told> {
  let refusal: unknown = new Error("No node runs that could be asked.");
  for (const node of nodes) {
    try {
      const answer = await getExact<BlockAnswer>(pathOf(node, hash), signal);
      meet(Object.entries(answer.names));
      return { ...answer, node };
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}
