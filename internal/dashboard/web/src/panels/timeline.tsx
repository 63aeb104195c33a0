import { computed, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Mark } from "../model/record";
import { clusters, kindOf, range, rows as names, ticks, type Cluster } from "../model/timeline";
import { follow } from "../parts/drag";
import { Rows, type Column } from "../parts/rows";
import { useSize } from "../parts/size";
import { Who } from "../parts/who";
import { clock, plural } from "../parts/words";
import { history, past } from "../store";
import { back, goTo, play, speed, wanted } from "../travel";
import { open } from "../ui";
import { view } from "../view";
import { logAround } from "./log";
import { FaultBands } from "./timeline/bands";

const row = 20; // px
const apart = 17;

const windows: [ms: number, text: string][] = [[0, "everything"], [3_600_000, "the last hour"], [600_000, "the last 10 minutes"]];
const span = signal(0); // ms of the part that is shown; 0 for all
const width = signal(600); // px of the strip
const chosen = signal(0); // offset of the mark that was clicked
const pointed = signal<Cluster | null>(null); // under the pointer, or focused

const shown = computed(() => {
  const { record } = history.value;
  const now = Date.now(); // where nothing has happened
  const { from, to } = range(record.firstAt || now, record.lastAt || now, span.value);
  const { node } = view.value;
  const marks = record.marks.filter((m) => m.at >= from && (node === null || m.nodes.length === 0 || m.nodes.includes(node.name)));
  return { from, to, marks, clusters: clusters(marks, from, to, width.value, apart) };
});

const columns: Column<Mark>[] = [
  { name: "when", cell: (m) => <span title={new Date(m.at).toISOString()}>{clock(m.at)}</span> },
  { name: "what", cell: (m) => <What type={m.type} /> },
  { name: "node", cell: (m) => <Whose nodes={m.nodes} /> },
  { name: "ways there", plain: true, cell: (m) => <Ways mark={m} /> },
  { name: "in words", wide: true, cell: (m) => m.text },
];

// Timeline shows what happened when, and leads back there.
export function Timeline() {
  const { marks } = shown.value;
  return (
    <div class="list">
      <Controls />
      <Strip />
      <Rows
        label="marks, the newest first"
        columns={columns}
        rows={[...marks].reverse()}
        keyOf={(m) => m.offset}
        classOf={(m) => (m.offset === chosen.value ? "here" : "")}
        {...(chosen.value === 0 ? {} : { mark: chosen.value })}
        grows="top"
        empty="Nothing of note has happened yet: reorgs, nodes that come and go, mining, bans and refusals are marked here."
      />
    </div>
  );
}

function What({ type }: { type: string }) {
  const { word } = kindOf(type);
  return (
    <span class="what">
      <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
        <Shape type={type} />
      </svg>
      {word}
    </span>
  );
}

// Whose names the node that a mark is of, or says how many they are.
function Whose({ nodes }: { nodes: string[] }) {
  if (nodes.length === 0) return <span class="dim">network</span>;
  if (nodes.length === 1) return <Who node={nodes[0]!} />;
  return <span title={nodes.join(", ")}>{nodes.length} nodes</span>;
}

// ownWords are types of which the node itself says most; of others the manager does.
const ownWords = new Set(["reorg", "peer-banned", "block-refused"]);

function Ways({ mark: m }: { mark: Mark }) {
  return (
    <span class="acts">
      <button type="button" aria-label={`go there, to ${clock(m.at)}`} title="show the network as it was then" onClick={() => goTo(m.offset)}>
        go there
      </button>
      <button type="button" aria-label={`its lines in the log at ${clock(m.at)}`} onClick={() => logAround(m.at, ownWords.has(m.type) && m.nodes.length === 1 ? m.nodes[0]! : "")}>
        its lines
      </button>
      {m.type === "reorg" && (
        <button type="button" aria-label={`post-mortem of the reorg at ${clock(m.at)}`} onClick={() => open("reorg", m.offset)}>
          post-mortem
        </button>
      )}
    </span>
  );
}

function Controls() {
  const back_ = past.value !== null;
  const c = pointed.value;
  return (
    <div class="bar">
      <select aria-label="part that is shown" value={span.value} onChange={(e) => (span.value = Number(e.currentTarget.value))}>
        {windows.map(([ms, text]) => (
          <option key={ms} value={ms}>
            {text}
          </option>
        ))}
      </select>
      <span role="group" aria-label="play from there">
        {[1, 10, 60].map((times) => (
          <button
            key={times}
            type="button"
            disabled={!back_}
            aria-pressed={speed.value === times}
            aria-label={`${speed.value === times ? "❚❚" : "▶"} ×${times}: play so many times as fast`}
            onClick={() => void play(speed.value === times ? 0 : times)}
          >
            {speed.value === times ? "❚❚" : "▶"} ×{times}
          </button>
        ))}
      </span>
      <button type="button" disabled={!back_} onClick={back}>
        now
      </button>
      <span class="dim told">{c === null ? (back_ ? `as it was at ${clock(cursor())}` : "drag along the strip to look back") : tell(c)}</span>
    </div>
  );
}

function tell({ marks }: Cluster): string {
  const newest = marks[marks.length - 1]!;
  const more = marks.length > 1 ? `, and ${plural(marks.length - 1, "other")} just before` : "";
  return `${clock(newest.at)} ${newest.nodes.length === 1 ? `${newest.nodes[0]} ` : ""}${newest.text}${more}`;
}

// cursor is the moment that is shown, in ms since 1970.
function cursor(): number {
  const { record } = history.value;
  return wanted.value === 0 ? record.lastAt || shown.value.from : record.moments.timeOf(wanted.value);
}

function Strip() {
  const box = useRef<HTMLDivElement>(null);
  useSize(box, (wide) => (width.value = Math.max(100, wide - 90)));
  const { from, to, clusters: list } = shown.value;
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width.value;
  const height = names.length * row;
  return (
    <div class="strip" ref={box} onPointerDown={scrub}>
      <svg width={width.value + 80} height={height + row} role="group" aria-label="marks: left and right go from one to the next, Enter shows it in the list" onKeyDown={step}>
        {names.map((name, i) => (
          <text key={name} class="name" x={72} y={i * row + 14}>
            {name}
          </text>
        ))}
        <g transform="translate(80 0)">
          <FaultBands from={from} to={to} x={x} height={height} />
          {names.map((name, i) => (
            <line key={name} class="rule" x2={width.value} y1={i * row + row / 2} y2={i * row + row / 2} />
          ))}
          {ticks(from, to, Math.floor(width.value / 90)).map((t) => (
            <g key={t} class="tick" transform={`translate(${x(t)} ${height})`}>
              <line y2={4} />
              <text y={16}>{clock(t)}</text>
            </g>
          ))}
          {list.map((c, i) => (
            <MarkAt key={c.marks[0]!.offset} of={c} first={i === 0} />
          ))}
          <line class={past.value === null ? "cursor" : "cursor past"} x1={x(cursor())} x2={x(cursor())} y2={height + 4} />
        </g>
      </svg>
      <Slider />
    </div>
  );
}

function MarkAt({ of: c, first }: { of: Cluster; first: boolean }) {
  const newest = c.marks[c.marks.length - 1]!;
  return (
    <g
      class="mark"
      role="button"
      tabIndex={first ? 0 : -1}
      data-offset={newest.offset}
      transform={`translate(${c.x} ${c.row * row + row / 2})`}
      onClick={() => (chosen.value = newest.offset)}
      onPointerEnter={() => (pointed.value = c)}
      onPointerLeave={() => (pointed.value = null)}
      onFocus={() => (pointed.value = c)}
      onBlur={() => (pointed.value = null)}
    >
      <title>{tell(c)}</title>
      <Shape type={newest.type} />
      {c.marks.length > 1 && (
        <text class="count" aria-hidden="true" x={9} y={-3}>
          {c.marks.length > 99 ? "…" : c.marks.length}
        </text>
      )}
    </g>
  );
}

const outlines = {
  diamond: "M0 -8 L8 0 L0 8 L-8 0 Z",
  up: "M0 -8 L8 7 L-8 7 Z",
  down: "M-8 -7 L8 -7 L0 8 Z",
  square: "M-7 -7 H7 V7 H-7 Z",
  circle: "M-7 0 A7 7 0 1 1 7 0 A7 7 0 1 1 -7 0 Z",
};

function Shape({ type }: { type: string }) {
  const { shape, letter, look } = kindOf(type);
  return (
    <g class={`shape ${look}`} aria-hidden="true">
      <path d={outlines[shape]} />
      <text y={shape === "up" ? 6 : shape === "down" ? 2 : 3.5}>{letter}</text>
    </g>
  );
}

// Slider is the strip for the keyboard.
function Slider() {
  const { record } = history.value;
  const at = wanted.value || record.moments.offsetAt(record.lastAt);
  return (
    <div
      class="scrub"
      role="slider"
      tabIndex={0}
      aria-label="moment that is shown"
      aria-valuemin={record.first}
      aria-valuemax={record.moments.offsetAt(record.lastAt)}
      aria-valuenow={at}
      aria-valuetext={`${clock(cursor())}, after event ${at}`}
      onKeyDown={slide}
    />
  );
}

// slide goes back and on by a hundredth of what is shown, or a tenth.
function slide(e: KeyboardEvent): void {
  const { from, to } = shown.value;
  const { moments, lastAt, first } = history.value.record;
  const part = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1 }[e.key];
  if (part === undefined && e.key !== "Home" && e.key !== "End") return;
  e.preventDefault();
  if (e.key === "End") return back();
  const before = wanted.value || moments.offsetAt(lastAt);
  const there = part === undefined ? first : moments.offsetAt(cursor() + part * (to - from));
  void goTo(Math.max(first, there === before && part !== undefined ? before + Math.sign(part) : there));
}

// scrub follows the pointer through time.
function scrub(e: PointerEvent): void {
  if (e.button !== 0 || (e.target as Element).closest(".mark") !== null) return;
  const box = e.currentTarget as HTMLElement;
  const go = (m: PointerEvent) => {
    const { from, to } = shown.peek();
    const part = (m.clientX - box.getBoundingClientRect().left - 80) / width.peek();
    const { moments, first } = history.peek().record;
    void goTo(Math.max(first, moments.offsetAt(from + Math.min(1, Math.max(0, part)) * (to - from))));
  };
  follow(e, { go, atOnce: true });
}

// step goes from mark to mark.
function step(e: KeyboardEvent): void {
  const here = (e.target as Element).closest<SVGElement>(".mark");
  if (here === null) return;
  const all = [...here.parentElement!.querySelectorAll<SVGElement>(".mark")];
  const at = all.indexOf(here);
  if (e.key === "Enter" || e.key === " ") chosen.value = Number(here.dataset.offset);
  else if (e.key === "ArrowRight") all[at + 1]?.focus();
  else if (e.key === "ArrowLeft") all[at - 1]?.focus();
  else if (e.key === "Home") all[0]?.focus();
  else if (e.key === "End") all[all.length - 1]?.focus();
  else return;
  e.preventDefault();
}
