import { useSignal } from "@preact/signals";
import { apart, broken, choose, chosen, faults, fromTheRest, heal, join, late, setFaults, undo, way, without } from "../faults";
import { cutWords, linkWords } from "../model/faults";
import { ActButton } from "../parts/act";
import { Dialog } from "../parts/dialog";
import { Part } from "../parts/part";
import { network, past } from "../store";
import { open } from "../ui";
import { RegionForm } from "./faults/regions";
import { RuleForm } from "./faults/rule";
import { HowToCut } from "./graph/cut";
import { wiring } from "./graph/places";

// FaultsDialog shows and changes what is asked of the network's links.
export function FaultsDialog() {
  const now = past.value === null;
  return (
    <Dialog title="Faults of links">
      <p class="dim said">
        Cut, slow down or spread the network: in the graph, drag a line across the links, or press x on nodes. Here is the same for the keyboard. Messages
        between nodes are cut and slowed; what you ask of nodes is not.
      </p>
      <Part title="Now">
        <Now acts={now} />
      </Part>
      {now && (
        <>
          <Part title="Cut nodes from the rest">
            <Choice />
          </Part>
          <Part title="Slow down all links">
            <RuleForm from={["all"]} to={["all"]} oneWay={false} />
          </Part>
          <Part title="Regions">
            <RegionForm />
          </Part>
        </>
      )}
      <Part title="Links">
        <Links />
      </Part>
    </Dialog>
  );
}

// Now says what faults there are, each with what ends it.
function Now({ acts }: { acts: boolean }) {
  const { links = [], regions, topology, until } = faults.value;
  return (
    <>
      {!broken.value && <p class="dim">None: every link is as it is by itself.</p>}
      <ul class="plain">
        {apart.value.map((p) => (
          <li key={p.name} class="acts">
            {p.name}{p.how === "reset" ? ", links reset" : ", silent"}: <b>{cutWords(p.groups, p.oneway)}</b> <Until at={p.until} />
            {acts && <ActButton act={join(p.name)}>join</ActButton>}
          </li>
        ))}
        {links.map((r, i) => (
          <li key={i} class="acts">
            {r.from.join(" ")} → {r.to.join(" ")}
            {r.both === true && " and back"}: {r.preset ?? linkWords(r)} <Until at={r.until} />
            {acts && <ActButton act={without(r)}>take away</ActButton>}
          </li>
        ))}
        {regions !== undefined && <li>regions: {Object.entries(regions.members).map(([name, nodes]) => `${name} ${nodes.join(" ")}`).join(", ")}{regions.table && `, by ${regions.table}`}</li>}
        {topology !== undefined && <li>topology: {topology.kind}</li>}
      </ul>
      <Until at={until} />
      {late.value.length > 0 && <p class="bad">not yet at {late.value.join(" ")}: who is down or paused has them when it is back</p>}
      {acts && <Ends />}
    </>
  );
}

function Until({ at }: { at: string | undefined }) {
  return at === undefined ? null : <span class="dim">until {new Date(at).toLocaleTimeString("en-GB")}</span>;
}

function Ends() {
  const back = undo.value;
  return (
    <p class="acts">
      <ActButton act={heal} disabled={!broken.value}>
        heal
      </ActButton>
      <ActButton act={setFaults({})} disabled={!broken.value}>
        end all faults
      </ActButton>
      {back !== null && <ActButton act={back}>undo the last change</ActButton>}
    </p>
  );
}

// Choice has the nodes to choose from, and cuts them off.
function Choice() {
  const names = [...network.value.now.nodes.keys()];
  const few = chosen.value;
  return (
    <>
      <p class="acts">
        {names.map((name) => (
          <label key={name} class="choice">
            <input type="checkbox" checked={few.includes(name)} onChange={() => choose(name)} />
            {name}
          </label>
        ))}
      </p>
      <p class="acts">
        <HowToCut />
        <ActButton act={fromTheRest([...few], way.value)} disabled={few.length === 0 || few.length === names.length} then={() => (chosen.value = [])}>
          cut from the rest
        </ActButton>
      </p>
    </>
  );
}

const most = 24; // links that are listed before one asks for more

// Links lists the links, for who has no pointer to click on one.
function Links() {
  const all = useSignal(false);
  const list = all.value ? wiring.value : wiring.value.slice(0, most);
  return (
    <p class="acts">
      {list.map((p) => (
        <button key={`${p.a} ${p.b}`} type="button" onClick={() => open("link", `${p.a}~${p.b}`)}>
          {p.a} – {p.b}
        </button>
      ))}
      {list.length < wiring.value.length && (
        <button type="button" class="link" onClick={() => (all.value = true)}>
          and {wiring.value.length - list.length} more
        </button>
      )}
      {wiring.value.length === 0 && <span class="dim">No two nodes are linked.</span>}
    </p>
  );
}
