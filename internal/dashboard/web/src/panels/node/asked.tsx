import { get, getExact, onNode } from "../../api/client";
import type { Happening } from "../../api/forms";
import type { PoolForm } from "../../api/ledger";
import { entryOf, type LogForm } from "../../model/logs";
import { useFresh, type Answer } from "../../parts/fresh";
import { BlockLink, TransferLink } from "../../parts/links";
import { Who } from "../../parts/who";
import { listed, plural } from "../../parts/words";
import { meet, nameOf } from "../../people";
import { network } from "../../store";
import { logOf } from "../log";

// What a node's dialog asks for, and asks again when the node's events say that it is
// another.

type Stirs = (e: Happening) => boolean;

const blocks = 8; // of the chain that are shown
const transfers = 8; // of the mempool
const lines = 9; // of the log

interface BlocksForm {
  length: number;
  blocks: { hash: string; index: number; time: string; transactions: unknown[] }[];
}

export function Chain({ name, stirs }: { name: string; stirs: Stirs }) {
  const answer = useFresh(`chain ${name}`, (signal) => get<BlocksForm>(onNode(name, `/blocks?limit=${blocks}`), signal), stirs);
  const { value } = answer;
  return (
    <>
      <Trouble of={answer} />
      {value !== null && (
        <table>
          <caption class="unseen">the newest blocks of its chain</caption>
          <thead>
            <tr>
              <th class="number">height</th>
              <th>block</th>
              <th>miner</th>
              <th class="number">transactions</th>
            </tr>
          </thead>
          <tbody>
            {value.blocks.map((b) => (
              <tr key={b.hash}>
                <td class="number">{b.index}</td>
                <td>
                  <BlockLink hash={b.hash} />
                </td>
                <td>{b.index === 0 ? "" : <Who node={network.value.now.blocks.get(b.hash)?.node ?? ""} />}</td>
                <td class="number">{b.transactions.length}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

// readMempool reads the first of a node's mempool, with the names that it has for people.
async function readMempool(name: string, signal: AbortSignal): Promise<PoolForm> {
  const form = await getExact<PoolForm>(onNode(name, `/mempool?limit=${transfers}&pretty`), signal);
  meet(form.transactions.flatMap((t, i) => [[t.sender ?? "", form.entries[i]?.sender_name] as const, [t.recipient, form.entries[i]?.recipient_name] as const]));
  return form;
}

export function Pending({ name, stirs }: { name: string; stirs: Stirs }) {
  const answer = useFresh(`mempool ${name}`, (signal) => readMempool(name, signal), stirs);
  const { value } = answer;
  return (
    <>
      <Trouble of={answer} />
      {value?.count === 0 && <p class="dim">No transfer waits for a block.</p>}
      {value !== null && value.count > 0 && (
        <table>
          <caption class="unseen">transfers that wait for a block</caption>
          <thead>
            <tr>
              <th>transfer</th>
              <th>from</th>
              <th>to</th>
              <th class="number">amount</th>
              <th class="number">fee</th>
            </tr>
          </thead>
          <tbody>
            {value.transactions.map((t) => (
              <tr key={t.id}>
                <td>
                  <TransferLink id={t.id} />
                </td>
                <td>{listed(nameOf(t.sender ?? ""))}</td>
                <td>{listed(nameOf(t.recipient))}</td>
                <td class="number">{t.amount}</td>
                <td class="number">{t.fee}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {value !== null && value.count > value.transactions.length && <p class="dim">and {plural(value.count - value.transactions.length, "other")}</p>}
    </>
  );
}

export function Lines({ name, stirs }: { name: string; stirs: Stirs }) {
  const answer = useFresh(`log ${name}`, (signal) => get<LogForm>(`/logs?node=${encodeURIComponent(name)}&level=info&limit=${lines}`, signal), stirs, 2000);
  return (
    <>
      <Trouble of={answer} />
      {answer.value !== null && (
        <pre class="lines" tabindex={0} aria-label={`the last lines of ${name}'s log`}>
          {answer.value.entries.map((form) => {
            const { at, level, text } = entryOf(form);
            return `${new Date(at).toLocaleTimeString("en-GB")} ${level.padEnd(5)} ${text}\n`;
          })}
        </pre>
      )}
      {answer.value?.entries.length === 0 && <p class="dim">It has no lines.</p>}
      <button type="button" onClick={() => logOf(name)}>
        to its log
      </button>
    </>
  );
}

// Trouble says that something cannot be asked for, or is not there yet.
function Trouble({ of: { value, why } }: { of: Answer<unknown> }) {
  if (why !== "") return <p class="bad" role="alert">{why}</p>;
  return value === null ? <p class="dim">asking …</p> : null;
}
