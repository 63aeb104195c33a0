import { useEffect, useRef } from "preact/hooks";
import type { Way } from "../../model/record";
import { colourAt, placeOf } from "../../model/ramp";
import { spreadOf, steps } from "../../model/spread";
import { cut, millis, plural } from "../../parts/words";
import { network } from "../../store";
import { open } from "../../ui";
import { play, replay, stopReplay } from "../graph/replay";
import { chosen, spreadWords } from "./ways";

// WayOf shows how one block went through the network, in the order of arrival.
export function WayOf({ way }: { way: Way }) {
  const list = steps(way);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    back.current?.focus();
    return stopReplay;
  }, []);
  const shown = replay.value?.hash === way.hash ? replay.value : null;
  const whole = list[list.length - 1]?.after ?? 0;
  return (
    <div class="way" onKeyDown={(e) => e.key === "Escape" && leave(way.hash)}>
      <div class="acts">
        <button type="button" ref={back} onClick={() => leave(way.hash)}>
          ← all blocks
        </button>
        <button type="button" class="play" disabled={whole === 0} onClick={() => (shown === null ? play(way) : stopReplay())}>
          {shown === null ? "▶ play in the network" : "■ stop"}
        </button>
        <button type="button" onClick={() => open("block", way.hash)}>
          open block
        </button>
        <span class="dim" role="status">
          {shown === null ? spreadWords(spreadOf(way)) : `slowed down ${Math.round(shown.slow)} times`}
        </span>
      </div>
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
            <tr key={s.node}>
              <td>
                <button type="button" class="icon" onClick={() => open("node", s.node)}>
                  {trim(s.node)}
                </button>
              </td>
              <td class="number">{i === 0 ? "first" : millis(s.after)}</td>
              <td>{i === 0 ? (way.miner === s.node ? "mined it" : "") : s.from === "" ? "" : trim(network.value.now.named(s.from)?.name ?? "a stranger")}</td>
              <td class="span">
                <i style={{ width: `${whole === 0 ? 0 : Math.max(1, (100 * s.after) / whole)}%`, background: `rgb(${colourAt(placeOf(s.after)).join(" ")})` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
