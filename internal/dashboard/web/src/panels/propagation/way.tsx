import { useLayoutEffect, useRef } from "preact/hooks";
import type { Way } from "../../model/record";
import { colourAt, placeOf } from "../../model/ramp";
import { spreadOf, steps, type Step } from "../../model/spread";
import { cut, millis, plural } from "../../parts/words";
import { network } from "../../store";
import { open } from "../../ui";
import { play, replay, stopReplay } from "../graph/replay";
import { chosen, spreadWords } from "./ways";

// WayOf shows how one block went through the network, in the order of arrival.
export function WayOf({ way }: { way: Way }) {
  const list = steps(way);
  const whole = list[list.length - 1]?.after ?? 0;
  return (
    <div class="way" onKeyDown={(e) => e.key === "Escape" && leave(way.hash)}>
      <Controls way={way} still={whole === 0} />
      <table>
        <caption class="unseen">{plural(list.length, "node")} in the order of arrival</caption>
        <thead>
          <tr>
            <th>node</th>
            <th class="number">after</th>
            <th>from</th>
            <th>
              <span class="unseen">as a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((s, i) => (
            <StepRow key={s.node} of={s} first={i === 0} miner={way.miner} whole={whole} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

// Controls lead back, play the way, and open the block. The way back is focused at first.
function Controls({ way, still }: { way: Way; still: boolean }) {
  const back = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    back.current?.focus();
    return stopReplay;
  }, []);
  const shown = replay.value?.hash === way.hash ? replay.value : null;
  return (
    <div class="acts">
      <button type="button" ref={back} onClick={() => leave(way.hash)}>
        ← all blocks
      </button>
      <button type="button" class="play" disabled={still} onClick={() => (shown === null ? play(way) : stopReplay())}>
        {shown === null ? "▶ play in the network" : "■ stop"}
      </button>
      <button type="button" onClick={() => open("block", way.hash)}>
        open block
      </button>
      <span class="dim" role="status">
        {shown === null ? spreadWords(spreadOf(way)) : `slowed down ${Math.round(shown.slow)} times`}
      </span>
    </div>
  );
}

// StepRow is a node with when the block came to it, and from whom.
function StepRow({ of: s, first, miner, whole }: { of: Step; first: boolean; miner: string; whole: number }) {
  return (
    <tr>
      <td>
        <button type="button" class="icon" onClick={() => open("node", s.node)}>
          {trim(s.node)}
        </button>
      </td>
      <td class="number">{first ? "first" : millis(s.after)}</td>
      <td>{first ? (miner === s.node ? "mined it" : "") : s.from === "" ? "" : trim(network.value.now.named(s.from)?.name ?? "a stranger")}</td>
      <td class="span">
        <i style={{ width: `${whole === 0 ? 0 : Math.max(1, (100 * s.after) / whole)}%`, background: `rgb(${colourAt(placeOf(s.after)).join(" ")})` }} />
      </td>
    </tr>
  );
}

function trim(name: string): string {
  return cut(name, 16);
}

// leave goes back to the map, and to the block's column in it.
function leave(hash: string): void {
  chosen.value = "";
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`#propagation [data-hash="${hash}"]`)?.focus());
}
