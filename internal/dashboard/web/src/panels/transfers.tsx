import { untracked } from "@preact/signals";
import { getExact, onNode } from "../api/client";
import type { PoolForm } from "../api/ledger";
import { asked } from "../asked";
import { learn, storyOf } from "../fates";
import { unsettled, type Story } from "../model/story";
import { nameOf, meet } from "../people";
import { movesTip, useFresh } from "../parts/fresh";
import { TransferLink } from "../parts/links";
import { Rows, type Column } from "../parts/rows";
import { clock, listed, plural } from "../parts/words";
import { history } from "../store";
import { bringsTransfers, readSubmitted, submitted, useSubmitted } from "../submitted";
import { open } from "../ui";
import { view } from "../view";
import { Accounts } from "./accounts";
import { Send } from "./send";

interface Listed {
  id: string;
  at: number; // ms since 1970
  sender: string;
  recipient: string;
  amount: string;
  fee: string;
}

const atOnce = 20; // transfers that are asked for in a second, at most
const latest = 100; // transfers whose story is followed

const columns: Column<Listed>[] = [
  { name: "when", cell: (t) => <span title={new Date(t.at).toISOString()}>{clock(t.at)}</span> },
  { name: "transfer", cell: (t) => <TransferLink id={t.id} plain /> },
  { name: "from", cell: (t) => listed(nameOf(t.sender)) },
  { name: "to", cell: (t) => listed(nameOf(t.recipient)) },
  { name: "amount", number: true, cell: (t) => t.amount },
  { name: "fee", number: true, cell: (t) => t.fee },
  { name: "story", wide: true, cell: (t) => <Last story={storyOf(asked.value, t.id)} /> },
];

// Transfers has a form that sends, what was sent, and who has what.
export function Transfers() {
  const node = asked.value;
  const waiting = useFresh(`pool ${node}`, (signal) => pool(node, signal), movesTip(node));
  const { list, lost, why } = useSubmitted();
  useFresh(`stories ${node}`, (signal) => follow(node, signal), (e) => bringsTransfers(e) || e.type === "reorg" || movesTip(node)(e));
  const rows = merge([...list].reverse(), waiting.value?.list ?? []);
  return (
    <div class="pair">
      <div class="list">
        <Send />
        <div class="bar dim">
          {plural(rows.length, "transfer")}
          {lost && ", besides those whose events are lost"}
          {waiting.value !== null && `, ${waiting.value.count} pending at ${node}`}
          {node !== "" && <span class="bad">{waiting.why || why}</span>}
        </div>
        <Rows
          label="transfers, the newest first"
          columns={columns}
          rows={rows}
          keyOf={(t) => t.id}
          onOpen={(t) => open("transfer", t.id)}
          grows="top"
          empty="No transfer was submitted yet. Send one above: it waits in the mempools until a block takes it."
        />
      </div>
      <Accounts />
    </div>
  );
}

// Last is the last step of a story, with the depth of its block.
function Last({ story }: { story: Story | undefined }) {
  if (story === undefined) return <span class="dim">…</span>;
  const text = story.steps[story.steps.length - 1]!.text;
  const tip = view.value.best?.index ?? 0;
  const deep = story.status === "confirmed" && story.block !== null ? `, ${plural(Math.max(1, tip - story.block.index + 1), "confirmation")}` : "";
  const bad = ["overtaken", "dropped", "replaced", "parked"].includes(story.status);
  return (
    <span class={bad ? "bad" : story.status === "confirmed" ? "good" : ""} title={text}>
      {text}
      {deep}
    </span>
  );
}

async function pool(node: string, signal: AbortSignal): Promise<{ count: number; list: Listed[] }> {
  if (node === "") throw new Error("no node runs");
  const { count, entries, transactions } = await getExact<PoolForm>(onNode(node, "/mempool?limit=100"), signal);
  meet(transactions.flatMap((t, i) => [[t.sender ?? "", entries[i]?.sender_name] as const, [t.recipient, entries[i]?.recipient_name] as const]));
  const list = transactions.map((t, i) => ({ ...t, sender: t.sender ?? "", fee: t.fee ?? "0", at: Date.parse(entries[i]!.since) }));
  return { count, list };
}

// merge is what was submitted with what waits besides, the newest first.
function merge(sent: Listed[], waiting: Listed[]): Listed[] {
  const known = new Set(sent.map((t) => t.id));
  const more = waiting.filter((t) => !known.has(t.id));
  return more.length === 0 ? sent : [...sent, ...more].sort((a, b) => b.at - a.at);
}

let upTo = ""; // the node that was asked, and its last reorg then

// follow asks for the transfers of which a block may have changed the story, and after a
// reorg for all.
async function follow(node: string, signal: AbortSignal): Promise<void> {
  if (node === "") return;
  await readSubmitted();
  const ids = submitted.peek().list.slice(-latest).map((t) => t.id).reverse();
  const now = `${node} ${lastReorg(node)}`;
  let due = now === upTo ? ids.filter((id) => unsettled(untracked(() => storyOf(node, id)))) : ids;
  while (due.length > 0) {
    await learn(node, due.slice(0, atOnce), signal);
    due = due.slice(atOnce);
    if (due.length > 0) await new Promise((resolve) => window.setTimeout(resolve, 1000));
  }
  upTo = now;
}

function lastReorg(node: string): number {
  const { reorgs } = history.peek().record;
  for (let i = reorgs.length - 1; i >= 0; i--) if (reorgs[i]!.node === node) return reorgs[i]!.offset;
  return 0;
}
