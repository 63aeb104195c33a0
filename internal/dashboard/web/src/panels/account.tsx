import { useSignal } from "@preact/signals";
import { getExact, onNode } from "../api/client";
import type { AccountForm, MovementForm } from "../api/ledger";
import { asked } from "../asked";
import { meet, nodeAt } from "../people";
import { Copyable } from "../parts/copy";
import { Dialog } from "../parts/dialog";
import { movesTip, useFresh } from "../parts/fresh";
import { BlockLink, Party, TransferLink } from "../parts/links";
import { coins, plural } from "../parts/words";
import { open } from "../ui";

// Account shows what an account has and what has moved in it. The id is an address or a
// name.
export function Account({ id }: { id: string }) {
  const node = asked.value;
  const pages = useSignal(1);
  const { value: a, why } = useFresh(`${node} ${id} ${pages.value}`, (signal) => read(node, id, pages.peek(), signal), movesTip(node));
  const mines = a?.node === undefined ? undefined : nodeAt(a.node);
  return (
    <Dialog title={`Account ${a?.name ?? mines ?? id}`}>
      {why !== "" && <p class="bad">{why}</p>}
      {a !== null && (
        <>
          <dl class="facts">
            <dt>address</dt>
            <dd>
              <Copyable text={a.address} what="address" />
            </dd>
            <dt>balance</dt>
            <dd>{coins(a.balance)}</dd>
            <dt>sent so far</dt>
            <dd>{plural(a.sequence, "transfer")}: the next one has the sequence {a.sequence + a.pending.length}</dd>
            {mines !== undefined && (
              <>
                <dt>mined for by</dt>
                <dd>
                  <button type="button" class="link" onClick={() => open("node", mines)}>
                    {mines}
                  </button>
                </dd>
              </>
            )}
            <dt>waiting</dt>
            <dd>{a.pending.length === 0 ? "nothing" : a.pending.map((t) => <TransferLink key={t.id} id={t.id} />)}</dd>
          </dl>
          <History of={a} />
          {a.next !== null && (
            <button type="button" onClick={() => pages.value++}>
              older
            </button>
          )}
          <p class="dim">As {node} has it.</p>
        </>
      )}
    </Dialog>
  );
}

function History({ of: a }: { of: AccountForm }) {
  if (a.history.length === 0) return <p class="empty">No block has moved anything here.</p>;
  return (
    <div class="across">
      <table>
        <caption class="unseen">history, the newest first</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              block
            </th>
            <th scope="col">when</th>
            <th scope="col" class="number">
              coins
            </th>
            <th scope="col" class="number">
              fee
            </th>
            <th scope="col">with</th>
            <th scope="col">transfer</th>
          </tr>
        </thead>
        <tbody>
          {a.history.map((m) => (
            <tr key={m.id}>
              <td class="number">
                <BlockLink hash={m.block.hash}>{m.block.index}</BlockLink>
              </td>
              <td>{new Date(m.time).toLocaleString("en-GB")}</td>
              <td class="number">
                {sign[m.direction]}
                {m.amount}
              </td>
              <td class="number">{m.direction === "in" ? "" : m.fee}</td>
              <td>
                <Other of={m} />
              </td>
              <td>
                <TransferLink id={m.id} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const sign = { in: "+", out: "−", self: "±" };

function Other({ of: m }: { of: MovementForm }) {
  const other = m.other;
  if (other === null) return <>{m.type === "coinbase" ? "coinbase" : ""}</>;
  return <Party address={other} />;
}

async function read(node: string, id: string, pages: number, signal: AbortSignal): Promise<AccountForm> {
  if (node === "") throw new Error("no node runs that could be asked");
  const path = onNode(node, `/accounts/${encodeURIComponent(id)}`);
  let answer = await getExact<AccountForm>(path, signal);
  for (let n = 1; n < pages && answer.next !== null; n++) {
    const more = await getExact<AccountForm>(`${path}?from=${encodeURIComponent(answer.next)}`, signal);
    answer = { ...answer, history: [...answer.history, ...more.history], next: more.next };
  }
  meet([[answer.address, answer.name ?? answer.node], ...answer.history.map((m) => [m.other ?? "", m.other_name] as const)]);
  return answer;
}
