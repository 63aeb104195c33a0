import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { choose, chosen, fromTheRest, partition, way, ways, type Way } from "../../faults";
import { divide, type Point } from "../../model/divide";
import { cutWords } from "../../model/faults";
import { ActButton } from "../../parts/act";
import { follow } from "../../parts/drag";
import { network } from "../../store";
import { marks } from "./picture";
import { room, spots, wiring } from "./places";

// A line that a person drags across the network cuts it: what would be cut is shown first.

const shortest = 30; // px: a line as short is none

const line = signal<{ from: Point; to: Point } | null>(null);

// held is what the line came to when it was let go. Only then is it asked about: the
// question takes room, for which the nodes move, and the line might part nobody any more.
const held = signal<ReturnType<typeof divide>>(null);

// division is what the line comes to: null if there is none, or it parts nobody.
const division = computed(() => held.value ?? (line.value === null ? null : divide(line.value.from, line.value.to, spots.value, wiring.value)));

function forget(): void {
  held.value = line.value = null;
  chosen.value = [];
}

let drawn = false; // the pointer that is up again has drawn a line: its click opens nothing

// justDrawn reports whether a click ends a line.
export function justDrawn(): boolean {
  return drawn;
}

// draw follows a pointer that goes down beside the nodes.
export function draw(e: PointerEvent): void {
  const box = e.currentTarget as HTMLElement;
  drawn = false;
  if (e.button !== 0 || (e.target as Element).closest("[data-node], button") !== null) return;
  const at = (m: PointerEvent): Point => ({ x: m.clientX - box.getBoundingClientRect().left, y: m.clientY - box.getBoundingClientRect().top });
  const from = at(e);
  follow(e, {
    begin: forget,
    go: (m) => {
      drawn = true;
      line.value = { from, to: at(m) };
    },
    end: () => {
      const l = line.peek();
      if (!drawn || l === null) return;
      held.value = division.peek();
      if (Math.hypot(l.to.x - l.from.x, l.to.y - l.from.y) < shortest || held.value === null) forget();
    },
  });
}

// Knife shows the line, the links that it cuts, and who is on which side.
export function Knife() {
  const l = line.value;
  const d = division.value;
  const first = new Set(d?.groups[0] ?? chosen.value);
  if (l === null && first.size === 0) return null;
  const cut = d?.cut ?? wiring.value.filter((p) => first.has(p.a) !== first.has(p.b));
  return (
    <svg class="knife" width={room.value.width} height={room.value.height} aria-hidden="true">
      {cut.map((p) => (
        <Stretch key={`${p.a} ${p.b}`} from={spots.value.get(p.a)} to={spots.value.get(p.b)} kind="parted" />
      ))}
      {marks.value.filter((m) => first.has(m.node.name)).map((m) => (
        <circle key={m.node.name} cx={m.spot.x} cy={m.spot.y} r={m.radius + 7} />
      ))}
      {l !== null && <Stretch from={l.from} to={l.to} kind={d === null ? "blade dull" : "blade"} />}
    </svg>
  );
}

function Stretch({ from, to, kind }: { from: Point | undefined; to: Point | undefined; kind: string }) {
  return from === undefined || to === undefined ? null : <line class={kind} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />;
}

// Preview says who would be cut off from whom, and does it.
export function Preview() {
  const groups = held.value?.groups;
  const few = chosen.value;
  if (groups !== undefined) return <Ask key="line" words={cutWords(groups)} act={partition(groups, way.value)} />;
  if (few.length === 0) return null;
  const all = network.value.now.nodes.size === few.length;
  return <Ask key="chosen" words={all ? "all nodes are chosen" : `${cutWords([few])} | the rest`} act={fromTheRest([...few], way.value)} disabled={all} />;
}

function Ask({ words, act, disabled = false }: { words: string; act: ReturnType<typeof partition>; disabled?: boolean }) {
  const bar = useRef<HTMLDivElement>(null);
  const byLine = line.value !== null;
  useLayoutEffect(() => { // before the browser takes another key, which may be the answer
    if (byLine) bar.current?.querySelector<HTMLElement>(".act")?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="bar ask" ref={bar} role="group" aria-label="cut the network" onKeyDown={(e) => e.key === "Escape" && forget()}>
      <span role="status">
        Cut <b>{words}</b>?
      </span>
      <HowToCut />
      <ActButton act={act} disabled={disabled} then={forget}>
        cut
      </ActButton>
      <button type="button" onClick={forget}>
        cancel
      </button>
    </div>
  );
}

// HowToCut chooses how the next cut is done.
export function HowToCut() {
  return (
    <select aria-label="how it is cut" value={way.value} onChange={(e) => (way.value = e.currentTarget.value as Way)}>
      {(Object.keys(ways) as Way[]).map((w) => (
        <option key={w} value={w}>
          {ways[w]}
        </option>
      ))}
    </select>
  );
}

// chooseByKey has the key x choose a node for a cut, or let it be.
export function chooseByKey(e: KeyboardEvent): void {
  const name = (e.target as SVGElement).dataset.node;
  if (e.key !== "x" || name === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  held.value = line.value = null;
  choose(name);
}
