import { spreadOf } from "../model/spread";
import { Panel } from "../parts/panel";
import { millis } from "../parts/words";
import { history, network, viewed } from "../store";
import { HeatMap } from "./propagation/map";
import { WayOf } from "./propagation/way";
import { chosen, figures, ways } from "./propagation/ways";

// Propagation shows how long blocks took to each node.
export function Propagation() {
  const way = history.value.record.ways.get(chosen.value);
  if (way !== undefined) {
    return (
      <Panel id="propagation" title={`The way of block ${way.index}`}>
        <WayOf key={way.hash} way={way} />
      </Panel>
    );
  }
  const node = network.value.now.nodes.get(viewed.value);
  return (
    <Panel id="propagation" title={node === undefined ? "Propagation" : `Propagation to ${node.name}`} aside={<Summary />}>
      <HeatMap />
      <Mirror />
    </Panel>
  );
}

function Summary() {
  const { half, ninety, text } = figures.value;
  if (half === undefined) return null;
  return (
    <span class="aside figures" title={text}>
      p50 <b>{millis(half)}</b> p90 <b>{ninety === undefined ? "–" : millis(ninety)}</b>
    </span>
  );
}

// Mirror has the newest blocks' times as a table, for who cannot see the map.
function Mirror() {
  return (
    <table class="unseen">
      <caption>Propagation of the newest blocks</caption>
      <thead>
        <tr>
          <th>height</th>
          <th>to half of the nodes</th>
          <th>to nine in ten</th>
          <th>nodes that have it</th>
        </tr>
      </thead>
      <tbody>
        {ways.value.slice(-12).reverse().map((w) => {
          const { half, ninety, has, of } = spreadOf(w);
          return (
            <tr key={w.hash}>
              <td>{w.index}</td>
              <td>{half === undefined ? "not yet" : millis(half)}</td>
              <td>{ninety === undefined ? "not yet" : millis(ninety)}</td>
              <td>
                {has} of {of}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
