import { useSignal } from "@preact/signals";
import { get } from "../api/client";
import type { LabClockForm, NodeClock } from "../api/clock";
import { pauseNetwork, resumeNetwork, setBehind, setClock, snapshot } from "../breaking";
import { behindWords } from "../model/clock";
import { ActButton } from "../parts/act";
import { Dialog } from "../parts/dialog";
import { useEvery } from "../parts/every";
import { Part } from "../parts/part";
import { listed } from "../parts/words";
import { network, past } from "../store";
import { open } from "../ui";

const every = 2000; // ms

// LabClock says in the page's top how far the lab's time is from the machine's, and leads to
// what sets it.
export function LabClock() {
  const { clock } = network.value.now;
  const behind = behindWords(clock?.behind ?? "0s");
  const own = Object.keys(clock?.nodes ?? {}).length > 0 || (clock !== null && (clock.all.offset !== "0s" || clock.all.drift !== "0%"));
  const words = behind || (own ? "clocks set" : "");
  return (
    <button type="button" class={words === "" ? "clock" : "clock off"} title="the lab's time, pause, and snapshots" onClick={() => open("time")}>
      {words || "time"}
    </button>
  );
}

// TimeDialog sets the network's time, has it stand still, and keeps it in a file.
export function TimeDialog() {
  const now = past.value === null;
  const { value, why } = useEvery("clock", (signal) => get<LabClockForm>("/network/clock", signal), every);
  return (
    <Dialog title="Time and snapshots">
      <p class="dim said">Blocks have the time of the nodes' clocks. Events and the log have the machine's.</p>
      {why !== "" && <p class="bad">{why}</p>}
      {value !== null && <Lab form={value} acts={now} />}
      {now && (
        <Part title="Keep it">
          <Keep />
        </Part>
      )}
    </Dialog>
  );
}

function Lab({ form, acts }: { form: LabClockForm; acts: boolean }) {
  const behind = useSignal("0s");
  return (
    <>
      <p>
        The lab's time is <b>{form.time.replace("T", " ").replace(/\.\d+/, "")}</b>, {behindWords(form.behind) || "as the machine's"}
        {form.stands && <b class="bad">, and stands still</b>}.
      </p>
      {acts && (
        <>
          <p class="acts">
            <label>
              behind by <input size={8} value={behind.value} onInput={(e) => (behind.value = e.currentTarget.value.trim())} />
            </label>
            <ActButton act={setBehind(behind.value)}>set</ActButton>
            {form.stands ? <ActButton act={resumeNetwork}>resume the network</ActButton> : <ActButton act={pauseNetwork}>pause the network</ActButton>}
          </p>
          <One names={form.nodes.map((n) => n.node)} />
        </>
      )}
      <Clocks nodes={form.nodes} />
    </>
  );
}

// One sets one node's clock, or all.
function One({ names }: { names: string[] }) {
  const draft = useSignal({ node: "", offset: "0s", drift: "0%" });
  const { node, offset, drift } = draft.value;
  return (
    <p class="acts">
      <label>
        clock of{" "}
        <select value={node} onChange={(e) => (draft.value = { ...draft.value, node: e.currentTarget.value })}>
          <option value="">all nodes</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {listed(name)}
            </option>
          ))}
        </select>
      </label>
      <label title="ahead of the lab's time, such as 90s or -1m">
        ahead by <input size={7} value={offset} onInput={(e) => (draft.value = { ...draft.value, offset: e.currentTarget.value.trim() })} />
      </label>
      <label title="by which it runs fast, such as 0.01%">
        fast by <input size={7} value={drift} onInput={(e) => (draft.value = { ...draft.value, drift: e.currentTarget.value.trim() })} />
      </label>
      <ActButton act={setClock(node, { offset, drift })}>set its clock</ActButton>
    </p>
  );
}

function Clocks({ nodes }: { nodes: NodeClock[] }) {
  return (
    <div class="across">
      <table>
        <caption class="unseen">each node's clock, wanted and as it goes</caption>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">wanted, of the lab's time</th>
            <th scope="col">ahead of the machine</th>
            <th scope="col">its time</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ node, wanted, clock, error }) => (
            <tr key={node}>
              <th scope="row">{node}</th>
              <td>
                {wanted.offset} ahead, {wanted.drift} fast
              </td>
              <td>{clock?.offset ?? "–"}</td>
              <td>{clock === null ? <span class="bad">{error}</span> : clock.time.replace("T", " ").replace(/\.\d+/, "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Keep() {
  const name = useSignal("lab");
  return (
    <p class="acts">
      <label>
        name <input size={14} value={name.value} onInput={(e) => (name.value = e.currentTarget.value.trim())} />
      </label>
      <ActButton act={snapshot(name.value)} disabled={name.value === ""}>
        take a snapshot
      </ActButton>
      <span class="dim">one file, of all that the network is; it goes on meanwhile</span>
    </p>
  );
}
