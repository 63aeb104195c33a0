import { signal, useSignal } from "@preact/signals";
import { ask, curl, onNode, Refused, type Act } from "../api/client";
import type { AccountsForm } from "../api/ledger";
import { asked } from "../asked";
import { accounts } from "../accounts";
import { blame, type Field, type Wrong } from "../model/blame";
import { copy, copyByKey, copyHint } from "../parts/copy";
import { say, open } from "../ui";
import { view } from "../view";
import { coins, listed } from "../parts/words";

// draft is what the form holds, so that it outlives a look at another tab.
const draft = signal({ sender: "alice", recipient: "bob", amount: "1", fee: "0.001" });

// Send is a form that sends coins of a named account, for which the node signs.
export function Send() {
  const wrong = useSignal<Wrong | null>(null);
  const busy = useSignal(false);
  const chosen = useSignal("");
  const nodes = [...view.value.network.nodes.values()].filter((n) => n.state === "running").map((n) => n.name);
  const node = nodes.includes(chosen.value) ? chosen.value : asked.value;
  const submit = async (e: SubmitEvent) => {
    e.preventDefault();
    busy.value = true;
    try {
      wrong.value = check() ?? (await send(node));
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="send" aria-label="send coins" onSubmit={submit}>
      <Input name="sender" label="from" wrong={wrong.value} list="named" />
      <Input name="recipient" label="to" wrong={wrong.value} list="named" />
      <Input name="amount" label="amount" wrong={wrong.value} inputMode="decimal" size={7} />
      <Input name="fee" label="fee" wrong={wrong.value} inputMode="decimal" size={5} />
      <Way nodes={nodes} node={node} choose={(name) => (chosen.value = name)} />
      <Button node={node} busy={busy.value} />
      <Names of={funded(accounts.value)} />
      {wrong.value !== null && (
        <p class="bad" id="send-wrong" role="alert">
          {wrong.value.text}
        </p>
      )}
    </form>
  );
}

// Button sends. With the Alt key, and by the key c, it copies the act as a command for curl.
function Button({ node, busy }: { node: string; busy: boolean }) {
  return (
    <button type="submit" disabled={busy || node === ""} title={copyHint(act(node))} onClick={curlInstead(node)} onKeyDown={copyByKey(act(node))}>
      send
    </button>
  );
}

interface Named {
  name: Exclude<Field, "form">;
  label: string;
  wrong: Wrong | null;
}

// Input is a field of the form, marked if it is what is wrong.
function Input({ name, label, wrong, ...rest }: Named & { list?: string; inputMode?: "decimal"; size?: number }) {
  const is = wrong?.field === name;
  return (
    <label class={is ? "bad" : ""}>
      {label}{" "}
      <input
        type="text"
        name={name}
        autocomplete="off"
        spellcheck={false}
        value={draft.value[name]}
        aria-invalid={is}
        aria-describedby={is ? "send-wrong" : undefined}
        onInput={(e) => set(name, e.currentTarget.value)}
        {...rest}
      />
    </label>
  );
}

// Way is the choice of the node that the transfer is posted to.
function Way({ nodes, node, choose }: { nodes: string[]; node: string; choose: (name: string) => void }) {
  return (
    <label>
      by way of{" "}
      <select value={node} onChange={(e) => choose(e.currentTarget.value)}>
        {nodes.map((name) => (
          <option key={name} value={name}>
            {listed(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

// Names are offered while one types a sender or a recipient.
function Names({ of: names }: { of: string[] }) {
  return (
    <datalist id="named">
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

// curlInstead copies the act as a command where the Alt key is held.
function curlInstead(node: string): (e: MouseEvent) => void {
  return (e) => {
    if (!e.altKey) return;
    e.preventDefault();
    void copy(curl(act(node)), "the command");
  };
}

function set(name: keyof typeof draft.value, value: string): void {
  draft.value = { ...draft.value, [name]: value };
}

// funded are the names that a node can sign for and that have coins.
function funded(list: AccountsForm | null): string[] {
  const names = (list?.accounts ?? []).flatMap((a) => (a.name === undefined || a.balance === "0" ? [] : [a.name]));
  return [...names.sort(), "node"];
}

// act is the request; amounts go as the texts that they are.
function act(node: string): Act {
  const { sender, recipient, amount, fee } = draft.value;
  const body = { sender: sender.trim(), recipient: recipient.trim(), amount: amount.trim(), ...(fee.trim() === "" ? {} : { fee: fee.trim() }) };
  return { method: "POST", path: onNode(node, "/transactions"), body };
}

function check(): Wrong | null {
  for (const field of ["sender", "recipient", "amount"] as const) {
    if (draft.peek()[field].trim() === "") return { field, text: `${field} is empty` };
  }
  return null;
}

async function send(node: string): Promise<Wrong | null> {
  const what = act(node);
  try {
    const { id } = await ask<{ id: string }>(what);
    const { sender, recipient, amount } = draft.peek();
    say(`${sender.trim()} sends ${recipient.trim()} ${coins(amount.trim())}: the transfer is pending, it waits for a block.`, { curl: curl(what), more: { text: "its story", act: () => open("transfer", id) } });
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return blame(error.code, error.message);
  }
}
