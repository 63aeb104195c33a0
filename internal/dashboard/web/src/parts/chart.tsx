import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { appearance } from "../ui";
import { watchSize } from "./size";
import { clock } from "./words";

// Drawn is a line of a chart: a value for each time, null where there is none.
export interface Drawn {
  name: string;
  values: (number | null)[];
}

interface Props {
  label: string; // for who cannot see it
  times: number[]; // s since 1970, rising
  lines: Drawn[]; // at most two: the second is dashed
  format: (v: number) => string;
  stepped?: boolean;
}

// Chart draws lines over time. It is the only place that knows how.
export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { label, lines, times, format } = props;
  const at = useSignal<number | null>(null); // place of the point that the pointer is at
  useEffect(() => {
    const outer = box.current!;
    const again = effect(() => {
      appearance.value; // colours and sizes are read anew
      plot.current?.destroy();
      plot.current = new uPlot(options(latest.current, outer, (i) => (at.value = i)), dataOf(latest.current), outer);
    });
    const unwatched = watchSize(outer, (width, height) => plot.current?.setSize({ width, height }));
    return () => {
      unwatched();
      again();
      plot.current?.destroy();
    };
  }, [label, lines.length]);
  useEffect(() => plot.current?.setData(dataOf(props)), [times, lines]);
  const i = at.value;
  return (
    <>
      <div class="chart" ref={box} role="img" aria-label={`${label} over time; the table beneath sums it up`} />
      <p class="chart-at dim" aria-hidden="true">
        {i === null || times[i] === undefined
          ? "point at the chart to read it"
          : `${clock(times[i] * 1000)}: ${lines.map((l) => `${l.name} ${l.values[i] == null ? "–" : format(l.values[i])}`).join(", ")}`}
      </p>
    </>
  );
}

function dataOf({ times, lines }: Props): uPlot.AlignedData {
  return [times, ...lines.map((l) => l.values)];
}

// widest is the width of the longest of an axis' words, in px.
function widest(ctx: CanvasRenderingContext2D, font: string, words: string[] | null): number {
  ctx.font = font;
  return Math.max(0, ...(words ?? []).map((word) => ctx.measureText(word).width));
}

function sizeOf(box: HTMLElement): { width: number; height: number } {
  return { width: box.clientWidth, height: box.clientHeight };
}

function options({ lines, format, stepped }: Props, box: HTMLElement, read: (i: number | null) => void): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const scale = Number(colour("--scale")) || 1;
  const font = `${12 * scale}px system-ui, sans-serif`;
  const axis: uPlot.Axis = {
    stroke: colour("--dim"),
    grid: { stroke: colour("--raised"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font,
  };
  const paths = stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined;
  return {
    ...sizeOf(box),
    legend: { show: false },
    hooks: { setCursor: [(u) => read(u.cursor.idx ?? null)] },
    cursor: { drag: { setScale: false } },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high <= 0 ? 1 : high * 1.05] } },
    axes: [
      { ...axis, values: (_, ticks, _axis, _space, step) => ticks.map((t) => clock(t * 1000).slice(0, step < 60 ? 8 : 5)), space: 80 * scale },
      { ...axis, values: (_, ticks) => ticks.map(format), size: (u, words) => widest(u.ctx, font, words) + 26 * scale },
    ],
    series: [
      {},
      ...lines.map((l, i) => ({
        label: l.name,
        stroke: colour(i === 0 ? "--accent" : "--text"),
        width: 2 * scale,
        dash: i === 0 ? undefined : [6, 4],
        points: { show: false },
        ...(paths === undefined ? {} : { paths }),
      })),
    ],
  };
}
