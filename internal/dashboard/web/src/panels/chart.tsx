import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Parameters } from "../api/forms";
import { figureList, type Figure } from "../figures";
import type { Point } from "../model/figures";
import type { Record } from "../model/record";
import { Chart, type Drawn } from "../parts/chart";
import { Dialog } from "../parts/dialog";
import { clock, duration } from "../parts/words";
import { history, network, viewed } from "../store";
import { open } from "../ui";
import { ReorgList } from "./reorgs";
import { Shares } from "./shares";

// ranges are how far back a chart may go, in ms.
const ranges: [name: string, ms: number][] = [
  ["5 minutes", 300_000],
  ["1 hour", 3_600_000],
  ["all", Infinity],
];
const range = signal(Infinity);

// ChartDialog shows a figure over time, and says what is counted.
export function ChartDialog({ id }: { id: string }) {
  const figure = figureList.find((f) => f.id === id);
  if (id === "mining") return <Shares />;
  if (figure === undefined) return <Dialog title="Chart">There is no such number.</Dialog>;
  const { record } = history.value;
  const node = viewed.value;
  const own = node !== "" && figure.of !== "all";
  const { points } = own ? record.watch(node) : record.series;
  return (
    <Dialog title={`${figure.name[0]!.toUpperCase()}${figure.name.slice(1)} over time${own ? `, as ${node} sees it` : ""}`}>
      <p class="said">
        {figure.said} {begun(record)} {own && `The chart begins when this page began to look as ${node}.`}
        {!own && node !== "" && "This is the network's, for every view."}
      </p>
      {id === "hashrate" && (
        <p>
          <button type="button" class="link" onClick={() => open("chart", "mining")}>
            each node's share, against the blocks that it won
          </button>
        </p>
      )}
      <Ranges />
      <Lines of={figure} points={inRange(points, record.lastAt)} />
      {id === "reorgs" && <ReorgList />}
    </Dialog>
  );
}

// begun says since when a record counts.
function begun({ first, firstAt }: Record): string {
  return first > 1 ? `Counted since ${clock(firstAt)}, from where this page's record begins.` : "Counted since the network's start.";
}

function inRange(points: readonly Point[], end: number): Point[] {
  return points.filter((p) => p.at >= end - range.value);
}

function Ranges() {
  return (
    <div class="chart-ranges" role="group" aria-label="how far back">
      {ranges.map(([name, ms]) => (
        <button key={name} type="button" aria-pressed={range.value === ms} onClick={() => (range.value = ms)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Lines({ of: figure, points }: { of: Figure; points: Point[] }) {
  // A picture a second is enough: so often points come.
  const news = `${figure.id} ${points[0]?.whose} ${points.length} ${points[0]?.at} ${points[points.length - 1]?.at}`;
  const { parameters } = network.value.now;
  const { times, lines } = useMemo(() => drawn(figure, points, parameters), [news, parameters]);
  if (points.length === 0) return <p class="empty">Nothing has happened yet.</p>;
  return (
    <>
      <Chart label={figure.name} times={times} lines={lines} format={figure.format} stepped={figure.stepped} />
      <Summary lines={lines} format={figure.format} points={points} />
    </>
  );
}

function drawn(figure: Figure, points: Point[], parameters: Parameters | null): { times: number[]; lines: Drawn[] } {
  return {
    times: points.map((p) => p.at / 1000),
    lines: figure.lines.map((line) => ({ name: line.name, values: points.map((p) => line.of(p, parameters)) })),
  };
}

// Summary is the chart for who cannot see it, or wants the numbers.
function Summary({ lines, format, points }: { lines: Drawn[]; format: (v: number) => string; points: Point[] }) {
  const span = (points[points.length - 1]!.at - points[0]!.at) / 1000;
  return (
    <table>
      <caption class="dim">
        {clock(points[0]!.at)} to {clock(points[points.length - 1]!.at)}, {duration(span)}
      </caption>
      <thead>
        <tr>
          <th scope="col">line</th>
          {["at first", "least", "most", "now"].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line, i) => (
          <tr key={line.name}>
            <th scope="row">
              <i class={i === 0 ? "line-key" : "line-key second"} aria-hidden="true" />
              {line.name}
            </th>
            {summed(line.values).map((v, k) => (
              <td key={k} class="number">
                {v === null ? "–" : format(v) || v.toFixed(1)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function summed(all: (number | null)[]): (number | null)[] {
  const values = all.filter((v) => v !== null);
  if (values.length === 0) return [null, null, null, null];
  const [low, high] = values.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity]);
  return [values[0]!, low, high, values[values.length - 1]!];
}
