import { computed } from "@preact/signals";
import { apart, broken, faults, heal, presets, undo } from "../../faults";
import type { Point } from "../../model/divide";
import { cutWords, latency, regionOf } from "../../model/faults";
import type { Pair } from "../../model/links";
import { ActButton } from "../../parts/act";
import { plural } from "../../parts/words";
import { past } from "../../store";
import { open } from "../../ui";
import { faulty, isCut, type Faulty } from "./cuts";
import { marks } from "./picture";
import { room, spots, wiring } from "./places";

// What the graph shows of faults beside the links that are cut.

const labelled = 30; // so many links have their delay beside them
const near = 7; // px from a link at which a click is on it

// slow are the links that are up and have a delay.
const slow = computed(() => {
  const table = faults.value.regions?.table ?? "";
  const up = faulty.value.filter((f) => !isCut(f) && (table === "" || f.there.preset !== table) && (f.there.link.delay ?? f.back.link.delay) !== undefined);
  return up.length > labelled ? [] : up;
});

// delayWords are a link's delays: one if both ways have the same.
function delayWords({ there, back }: Faulty): string {
  const [a, b] = [there.link.delay ?? "0", back.link.delay ?? "0"];
  return a === b ? a : `${a} / ${b}`;
}

// FaultMarks are the links' delays and the regions.
export function FaultMarks() {
  if (!broken.value) return null;
  return (
    <svg class="faults" width={room.value.width} height={room.value.height} aria-hidden="true">
      <Regions />
      {slow.value.map((f) => {
        const [a, b] = [spots.value.get(f.a), spots.value.get(f.b)];
        if (a === undefined || b === undefined) return null;
        return (
          <text key={`${f.a} ${f.b}`} x={a.x + (b.x - a.x) * part} y={a.y + (b.y - a.y) * part + 3}>
            {delayWords(f)}
          </text>
        );
      })}
    </svg>
  );
}

const part = 0.38; // of the way between two nodes, where a link's delay stands: in the middle many would meet

interface Disc {
  name: string;
  x: number;
  y: number;
  radius: number;
}

// discs are the regions that have nodes, as discs behind these.
const discs = computed<Disc[]>(() => {
  const { regions } = faults.value;
  return Object.keys(regions?.members ?? {}).flatMap((name) => {
    const there = marks.value.filter((m) => regionOf(regions, m.node.name) === name);
    if (there.length === 0) return [];
    const [x, y] = [middle(there.map((m) => m.spot.x)), middle(there.map((m) => m.spot.y))];
    return [{ name, x, y, radius: 8 + Math.max(...there.map((m) => Math.hypot(m.spot.x - x, m.spot.y - y) + m.radius)) }];
  });
});

function Regions() {
  const { table = "" } = faults.value.regions ?? {};
  return (
    <>
      {discs.value.flatMap((a, i) => discs.value.slice(i + 1).map((b) => <Between key={`${a.name} ${b.name}`} a={a} b={b} table={table} />))}
      {discs.value.map(({ name, x, y, radius }) => (
        <g key={name} class="region">
          <circle cx={x} cy={y} r={radius} />
          <text x={x} y={Math.max(10, y - radius + 4)}>
            {name}
          </text>
        </g>
      ))}
    </>
  );
}

// Between is how long a message takes between two regions, beside the way.
function Between({ a, b, table }: { a: Disc; b: Disc; table: string }) {
  const delay = latency(table, a.name, b.name, presets.value);
  if (delay === "") return null;
  return (
    <>
      <line class="between" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      <text x={(a.x + b.x) / 2} y={(a.y + b.y) / 2 + 3}>
        {delay}
      </text>
    </>
  );
}

function middle(values: number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}

// linkNear is the link that a point is on.
export function linkNear(at: Point): Pair | undefined {
  let best: { pair: Pair; off: number } | undefined;
  for (const pair of [...wiring.value, ...faulty.value.filter(isCut)]) {
    const [a, b] = [spots.value.get(pair.a), spots.value.get(pair.b)];
    if (a === undefined || b === undefined) continue;
    const off = distance(at, a, b);
    if (off < near && (best === undefined || off < best.off)) best = { pair, off };
  }
  return best?.pair;
}

// distance is that of a point from the stretch between two others.
function distance(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// summary says what faults there are.
export function summary(): string {
  const { links = [], regions, topology } = faults.value;
  const parts = apart.value.map((p) => `${cutWords(p.groups, p.oneway)}${p.how === "reset" ? " (reset)" : ""}`);
  if (links.length > 0) parts.push(plural(links.length, "rule for links", "rules for links"));
  if (regions !== undefined) parts.push(`regions${regions.table ? ` of ${regions.table}` : ""}`);
  if (topology !== undefined) parts.push(`topology: ${topology.kind}`);
  return parts.join("; ");
}

// FaultBar says what faults there are, and has what ends them.
export function FaultBar() {
  const back = undo.value;
  if (past.value !== null || (!broken.value && back === null)) return null;
  return (
    <div class="bar faulty" role="group" aria-label="faults">
      {broken.value ? (
        <button type="button" class="link" onClick={() => open("faults")}>
          {summary()}
        </button>
      ) : (
        <span class="dim">no faults</span>
      )}
      {apart.value.length > 0 && <ActButton act={heal}>heal</ActButton>}
      {back !== null && (
        <ActButton act={back} label="undo the last change of faults">
          undo
        </ActButton>
      )}
    </div>
  );
}
