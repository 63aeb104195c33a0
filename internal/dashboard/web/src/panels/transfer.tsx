import { useSignal } from "@preact/signals";
import { getExact, onNode } from "../api/client";
import type { FateForm } from "../api/ledger";
import { asked } from "../asked";
import { fateOf, storiesOf, takeDown } from "../fates";
import type { Network } from "../model/network";
import { told } from "../model/story";
import { Copyable } from "../parts/copy";
import { Dialog } from "../parts/dialog";
import { useFresh } from "../parts/fresh";
import { BlockLink, Party, TransferLink } from "../parts/links";
import { brief, clock, coins, plural, why } from "../parts/words";
import { useSubmitted } from "../submitted";
import { view } from "../view";
import { Meter } from "./transfer/meter";

const most = 6; // nodes that are asked

interface Told {
  node: string;
  fate: FateForm | null; // null if the node knows nothing of it
  why: string; // there is no answer
}

// Transfer shows a transfer and what becomes of it, at each node: they differ while there
// is a fork.
export function Transfer({ id }: { id: string }) {
  const nodes = running(view.value.network, asked.value);
  const moves = new Set(nodes);
  const { value } = useFresh(`${nodes.join()} ${id}`, (signal) => Promise.all(nodes.map((n) => askOne(n, id, signal))), (e) => moves.has(e.node ?? "") && (e.type === "tip-moved" || e.type === "mempool"));
  const places = value ?? [];
  const best = places.find((t) => t.fate !== null)?.fate ?? null;
  return (
    <Dialog title={`Transfer ${brief(id)}`}>
      {nodes.length === 0 && <p class="bad">No node runs that could be asked.</p>}
      {value !== null && best === null && <p class="bad">{places.map((t) => t.why).find((w) => w !== "") ?? "No node knows of it: it was never sent here, or it is forgotten."}</p>}
      <dl class="facts">
        <dt>id</dt>
        <dd>
          <Copyable text={id} what="id" />
        </dd>
        {best !== null && <Facts of={best} />}
      </dl>
      <Steps id={id} />
      {places.length > 0 && <Places told={places} />}
      {best?.status === "confirmed" && <Meter id={id} confirmations={best.confirmations} />}
      {best?.status === "confirmed" && <Proof id={id} node={places.find((t) => t.fate === best)!.node} />}
    </Dialog>
  );
}

function Facts({ of: { transaction: t } }: { of: FateForm }) {
  return (
    <>
      <dt>from</dt>
      <dd>{t.sender === undefined ? "coinbase: newly issued" : <Party address={t.sender} />}</dd>
      <dt>to</dt>
      <dd>
        <Party address={t.recipient} />
      </dd>
      <dt>amount</dt>
      <dd>{coins(t.amount)}</dd>
      {t.fee !== undefined && (
        <>
          <dt>fee</dt>
          <dd>{coins(t.fee)}, for the miner of its block</dd>
        </>
      )}
      <dt>sequence</dt>
      <dd>{t.sequence}: each transfer of an account has the next number, so that none counts twice</dd>
      {t.data !== undefined && t.data !== null && (
        <>
          <dt>data</dt>
          <dd>
            <code class="data">{JSON.stringify(t.data)}</code>
          </dd>
        </>
      )}
    </>
  );
}

// Steps tells the story as the page has seen it.
function Steps({ id }: { id: string }) {
  const steps = told(storiesOf(id));
  const sent = useSubmitted().list.find((t) => t.id === id);
  if (sent === undefined && steps.length === 0) return null;
  return (
    <ol class="steps" aria-label="its story">
      {sent !== undefined && (
        <li>
          <time>{clock(sent.at)}</time> submitted to {sent.node}
        </li>
      )}
      {steps.map((s) => (
        <li key={s.at + s.text}>
          <time>{clock(s.at)}</time> {s.nodes.join(", ")}: {s.text}
        </li>
      ))}
    </ol>
  );
}

function Places({ told }: { told: Told[] }) {
  return (
    <table>
      <caption class="unseen">at each node</caption>
      <thead>
        <tr>
          <th scope="col">node</th>
          <th scope="col">there it is</th>
          <th scope="col">block</th>
        </tr>
      </thead>
      <tbody>
        {told.map(({ node, fate, why }) => (
          <tr key={node}>
            <td>{node}</td>
            <td class={why === "" ? "" : "bad"}>{why !== "" ? why : <Fate of={fate} />}</td>
            <td>{fate?.block != null && <Block block={fate.block} deep={fate.confirmations} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fate({ of: fate }: { of: FateForm | null }) {
  if (fate === null) return <>not known</>;
  const by = fate.by;
  return (
    <>
      {fate.status}
      {by === undefined && fate.why !== undefined && `: ${fate.why}`}
      {by !== undefined && (
        <>
          {" "}
          by <TransferLink id={by} />
        </>
      )}
    </>
  );
}

function Block({ block, deep }: { block: { hash: string; index: number }; deep: number }) {
  return (
    <>
      <BlockLink hash={block.hash}>{block.index}</BlockLink>
      , {plural(deep, "confirmation")}
    </>
  );
}

// Proof shows, when asked for, what proves with a header alone that the block holds it.
function Proof({ id, node }: { id: string; node: string }) {
  const wanted = useSignal(false);
  return (
    <details onToggle={(e) => (wanted.value = e.currentTarget.open)}>
      <summary>the proof that it is in its block</summary>
      {wanted.value && <ProofOf id={id} node={node} />}
    </details>
  );
}

function ProofOf({ id, node }: { id: string; node: string }) {
  const { value, why } = useFresh(`${node} ${id}`, (signal) => getExact<FateForm>(onNode(node, `/transactions/${id}?proof=true`), signal), () => false);
  if (why !== "") return <p class="bad">{why}</p>;
  if (value?.proof === undefined) return null;
  const { siblings, merkle_root, position, header } = value.proof;
  return (
    <>
      <p>
        It is transaction {position} of the block. Begin with its id; hash it with each of these, on the side that is named (SHA-256 twice); what
        comes out is the Merkle root in the header.
      </p>
      <ol class="steps mono">
        {siblings.map((s) => (
          <li key={s.hash}>
            {s.side}: {s.hash}
          </li>
        ))}
        <li>root: {merkle_root}</li>
      </ol>
      <p>
        header: <code class="data">{header}</code>
      </p>
    </>
  );
}

function running(network: Network, first: string): string[] {
  const names = [...network.nodes.values()].filter((n) => n.state === "running" && n.name !== first).map((n) => n.name);
  return (first === "" ? names : [first, ...names]).slice(0, most);
}

async function askOne(node: string, id: string, signal: AbortSignal): Promise<Told> {
  try {
    const fate = await fateOf(node, id, signal);
    takeDown(node, [[id, fate]]);
    return { node, fate, why: "" };
  } catch (error) {
    return { node, fate: null, why: why(error) };
  }
}
