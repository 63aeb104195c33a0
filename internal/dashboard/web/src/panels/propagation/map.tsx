import { computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { colourAt, fastest, slowest } from "../../model/ramp";
import { spreadOf } from "../../model/spread";
import type { Way } from "../../model/record";
import { useSize } from "../../parts/size";
import { millis } from "../../parts/words";
import { history, network } from "../../store";
import { appearance } from "../../ui";
import { paint, rowHeight } from "./paint";
import { afterOf, axis, chosen, column, gutter, room, rows, spreadWords, ways } from "./ways";

const pause = 100; // ms between two paintings, at least

// pointed is the cell that the pointer or the keyboard is at.
const pointed = signal<{ hash: string; node: string }>({ hash: "", node: "" });

// HeatMap shows nodes by blocks, and how long after its first node each had it.
export function HeatMap() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useSize(box, (width, height) => (room.value = { width, height }));
  usePainting(canvas);
  return (
    <>
      <div class="heat" ref={box} onPointerMove={point} onPointerLeave={() => (pointed.value = { hash: "", node: "" })}>
        <canvas ref={canvas} aria-hidden="true" />
        <Columns />
        {ways.value.length === 0 && <p class="empty">How long a block takes to each node is seen here when one is mined.</p>}
      </div>
      <footer class="heat-legend">
        <Scale />
        <About />
      </footer>
    </>
  );
}

// painted is another text when the map is to be painted anew.
const painted = computed(() => {
  const { width, height } = room.value;
  return [history.value.record.heard, appearance.value, width, height, ...rows.value, ...ways.value.map((w) => w.hash)].join(" ");
});

// usePainting paints the map when it has changed, but not for each event of many.
function usePainting(canvas: { current: HTMLCanvasElement | null }): void {
  const timer = useRef(0);
  const last = useRef(0);
  useSignalEffect(() => {
    painted.value;
    if (timer.current !== 0) return;
    const draw = () => {
      timer.current = 0;
      last.current = performance.now();
      if (canvas.current !== null) paint(canvas.current);
    };
    const due = last.current + pause - performance.now();
    if (due > 0) timer.current = window.setTimeout(draw, due);
    else queueMicrotask(draw); // in the same picture as all else
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
}

// Columns are the blocks as buttons above the picture.
function Columns() {
  const list = ways.value;
  const wide = column.value;
  const height = `${Math.min(room.value.height, rows.value.length * rowHeight() + axis)}px`;
  const focus = list.some((w) => w.hash === pointed.value.hash) ? pointed.value.hash : list[list.length - 1]?.hash;
  return (
    <div class="columns" role="group" aria-label="Blocks: left and right to the next, Enter shows a block's way" onKeyDown={step}>
      {list.map((w, i) => (
        <button
          key={w.hash}
          type="button"
          data-hash={w.hash}
          aria-label={`block ${w.index}: ${spreadWords(spreadOf(w))}`}
          tabIndex={w.hash === focus ? 0 : -1}
          style={{ left: `${gutter + i * wide}px`, width: `${wide}px`, height }}
          onFocus={() => (pointed.value = { hash: w.hash, node: "" })}
          onClick={() => (chosen.value = w.hash)}
        />
      ))}
    </div>
  );
}

function step(e: KeyboardEvent): void {
  const list = ways.value;
  const at = list.findIndex((w) => w.hash === (e.target as HTMLElement).dataset.hash);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: list.length - 1 }[e.key];
  const way = to === undefined ? undefined : list[to];
  if (way === undefined) return;
  e.preventDefault();
  (e.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-hash="${way.hash}"]`)?.focus();
}

function point(e: PointerEvent): void {
  const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
  const way = ways.value[Math.floor((e.clientX - box.left - gutter) / column.peek())];
  const node = rows.value[Math.floor((e.clientY - box.top) / rowHeight())];
  const [hash, name] = [way?.hash ?? "", node ?? ""];
  if (pointed.value.hash !== hash || pointed.value.node !== name) pointed.value = { hash, node: name };
}

// About says what is at the pointer.
function About() {
  const way = ways.value.find((w) => w.hash === pointed.value.hash);
  if (way === undefined) return <span class="dim about">dot: first; hatched: not there</span>;
  return (
    <span class="about">
      block {way.index}: {pointed.value.node === "" ? spreadWords(spreadOf(way)) : cellWords(way, pointed.value.node)}
    </span>
  );
}

function cellWords(way: Way, node: string): string {
  const after = afterOf(way, node);
  if (after === undefined) return `not at ${node}`;
  if (after === 0) return `${node} had it first; ${spreadWords(spreadOf(way))}`;
  const from = network.value.now.named(way.arrivals.get(node)!.from)?.name;
  return `${node} after ${millis(after)}${from === undefined ? "" : `, from ${from}`}; ${spreadWords(spreadOf(way))}`;
}

// Scale is the legend of the colours.
function Scale() {
  const stops = Array.from({ length: 9 }, (_, i) => `rgb(${colourAt(i / 8).join(" ")})`);
  const ticks = Array.from({ length: Math.log10(slowest / fastest) + 1 }, (_, i) => fastest * 10 ** i);
  return (
    <span class="scale" role="img" aria-label={`Colours from dark, ${fastest} ms, to light, ${slowest / 1000} s, on a logarithmic scale; hatched: not there; a dot: the first`}>
      <i style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
      <span>
        {ticks.map((ms) => (
          <span key={ms}>{ms < 1000 ? ms : `${ms / 1000} s`}</span>
        ))}
      </span>
    </span>
  );
}
