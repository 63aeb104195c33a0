import { useSignal } from "@preact/signals";
import { mineInTurns, mineRace, stopMining, stopNetwork } from "../acts";
import { ActButton } from "../parts/act";
import { LabClock } from "./clock";
import { listed, plural } from "../parts/words";
import { connection, network, past, viewed } from "../store";
import { look, nextLook, open, projector } from "../ui";

// Top names the network, and has what concerns all of it.
export function Top() {
  const { now } = network.value;
  const running = [...now.nodes.values()].filter((n) => n.state === "running").length;
  return (
    <header class={past.value === null && connection.value.up ? "top" : "top tight"}>
      <h1>networkmngr</h1>
      <span class="what" title={now.name}>
        {now.name}
      </span>
      <span>
        {plural(running, "node")} of {now.nodes.size} up
      </span>
      <Status />
      <LabClock />
      <Mining session={now.session !== null} byThemselves={[...now.nodes.values()].some((n) => n.mining !== null)} />
      <As names={[...now.nodes.keys()]} />
      <Rest />
    </header>
  );
}

// Mining begins and ends that the network mines, in a session or each node by itself.
function Mining({ session, byThemselves }: { session: boolean; byThemselves: boolean }) {
  return (
    <span class="acts">
      <ActButton act={mineInTurns} shortcut="m" disabled={session}>
        mine in turns
      </ActButton>
      <ActButton act={mineRace} shortcut="r" disabled={session}>
        race
      </ActButton>
      <ActButton act={stopMining} shortcut="s" disabled={!session && !byThemselves}>
        stop mining
      </ActButton>
    </span>
  );
}

// As chooses whose view is shown. Its list is whole while a person is at it: the names of 200
// nodes are a quarter of all that the page consists of, and a closed list shows one of them.
function As({ names }: { names: string[] }) {
  const whole = useSignal(false);
  const offered = whole.value ? names : names.filter((name) => name === viewed.value);
  const fill = () => (whole.value = true);
  return (
    <label>
      as{" "}
      <select value={viewed.value} onPointerDown={fill} onFocus={fill} onBlur={() => (whole.value = false)} onChange={(e) => (viewed.value = e.currentTarget.value)}>
        <option value="">everybody</option>
        {offered.map((name) => (
          <option key={name} value={name}>
            {listed(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

// Rest is looks, help, and the end.
function Rest() {
  return (
    <span class="acts">
      <button type="button" title="dark, light, or as the system has it" onClick={nextLook}>
        {look.value === "auto" ? "◐" : look.value === "dark" ? "●" : "○"} <span class="word">{look.value}</span>
      </button>
      <button type="button" aria-pressed={projector.value} title="larger, for a projector" onClick={() => (projector.value = !projector.value)}>
        A⁺
      </button>
      <button type="button" aria-keyshortcuts="?" onClick={() => open("help")}>
        help <kbd>?</kbd>
      </button>
      <a href="/docs">API</a>
      <ActButton act={stopNetwork} confirm="End the network: all of its nodes, and this page's manager?">
        shut down
      </ActButton>
    </span>
  );
}

// Status says whether the page hears the manager, and whether it shows the past.
function Status() {
  if (past.value !== null) {
    return (
      <span class="status past" role="status">
        the past, at event {network.value.now.offset}{" "}
        <button type="button" onClick={() => (past.value = null)}>
          back to now
        </button>
      </span>
    );
  }
  const c = connection.value;
  return c.up ? (
    <span class="status up" role="status">
      live
    </span>
  ) : (
    <span class="status lost" role="status" title={c.why}>
      not live
    </span>
  );
}
