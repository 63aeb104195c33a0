import { signal } from "@preact/signals";
import { Component } from "preact";
import { follow } from "../../parts/drag";
import { open } from "../../ui";
import { describe, marks, outline, type Mark } from "./picture";
import { arranging, drag, drop, grip, room } from "./places";
import { cut, host } from "../../parts/words";

// The nodes of the graph as elements that can be clicked, focused and dragged.

const named = 60; // so many nodes have their names beside them
const longest = 12; // letters of a name

// focused is the node that the keyboard is at.
export const focused = signal("");

// pointed is the node that the pointer was at last. Where nodes are many, it and the focused
// one have a name and what the mark shows in words, the others their state alone: words for
// all would be made anew with each block, and be a third of the page's elements.
const pointed = signal("");

function point(e: PointerEvent): void {
  const name = (e.target as Element).closest<SVGElement>("[data-node]")?.dataset.node;
  if (name !== undefined) pointed.value = name;
}

export function Marks() {
  const list = marks.value;
  const focus = list.some((m) => m.node.name === focused.value) ? focused.value : list[0]?.node.name;
  return (
    <svg class={list.length <= named ? "few" : "many"} role="group" aria-label="Network: the arrow keys go from node to node, Enter opens" aria-busy={arranging.value} onKeyDown={step} onPointerOver={list.length <= named ? undefined : point} width={room.value.width} height={room.value.height}>
      {list.map((m) => (
        <NodeMark key={m.node.name} {...shown(m, m.node.name === focus, list.length <= named || m.node.name === pointed.value || m.node.name === focused.value)} />
      ))}
    </svg>
  );
}

interface Shown {
  mark: Mark;
  about: string; // in words
  focus: boolean; // it is where the keyboard comes in
  label: boolean; // with its name and what it shows in words
  as: string; // is another text when something of it is to be seen
}

function shown(m: Mark, focus: boolean, label: boolean): Shown {
  const about = label ? describe(m) : outline(m);
  const as = [about, m.tone, m.sign, m.faint, m.mining, focus, label, m.radius, m.spot.x, m.spot.y, m.spot.pinned].join("|");
  return { mark: m, about, focus, label, as };
}

// NodeMark is one node. It is drawn again only when it shows something else: with 200 nodes
// it counts that nothing is compared or changed.
class NodeMark extends Component<Shown> {
  override shouldComponentUpdate(next: Shown): boolean {
    return next.as !== this.props.as;
  }

  override render(props: Shown) {
    return drawn(props);
  }
}

function drawn({ mark: m, about, focus, label }: Shown) {
  const { name, state } = m.node;
  const kind = `node ${m.tone} ${state}${m.faint ? " faint" : ""}`;
  return (
    <g
      class={kind}
      role="button"
      tabindex={focus ? 0 : -1}
      data-node={name}
      aria-label={about}
      transform={`translate(${m.spot.x.toFixed(1)} ${m.spot.y.toFixed(1)})`}
      onPointerDown={(e) => take(e, name)}
      onClick={() => !dragged && open("node", name)}
      onFocus={() => (focused.value = name)}
    >
      {label && <title>{about}</title>}
      {m.mining && <circle class="mining" r={m.radius + 4} />}
      <circle class="body" r={m.radius} />
      {state === "paused" ? (
        <path class="bars" d={`M${-m.radius / 4} ${-m.radius / 2}v${m.radius} M${m.radius / 4} ${-m.radius / 2}v${m.radius}`} />
      ) : (
        m.sign !== "" && (
          <text class="sign" y={0.36 * Math.min(11, m.radius * 1.3)} style={{ fontSize: `${Math.min(11, m.radius * 1.3)}px` }}>
            {m.sign}
          </text>
        )
      )}
      {m.spot.pinned && <circle class="pin" cx={m.radius * 0.8} cy={-m.radius * 0.8} r={2.5} />}
      {label && (
        <text class="name" y={m.radius + (m.mining ? 15 : 12)}>
          {cut(name, longest)}
        </text>
      )}
      {label && m.node.machine !== undefined && (
        <text class="name machine" y={m.radius + (m.mining ? 26 : 23)}>
          {host(m.node.machine)}
        </text>
      )}
    </g>
  );
}

let dragged = false; // the pointer that is up again has moved a node: its click opens none

// take drags a node with the pointer.
function take(e: PointerEvent, name: string): void {
  if (e.button !== 0) return;
  const box = (e.currentTarget as SVGGElement).ownerSVGElement!.getBoundingClientRect();
  dragged = false;
  follow(e, {
    begin: () => {
      dragged = true;
      grip();
    },
    go: (m) => drag(name, m.clientX - box.left, m.clientY - box.top),
    end: (moved) => moved && drop(),
  });
}

// step moves the focus to the nearest node in a direction.
function step(e: KeyboardEvent): void {
  const name = (e.target as SVGElement).dataset.node;
  const from = marks.value.find((m) => m.node.name === name);
  if (from === undefined) return;
  if (e.key === "Enter" || e.key === " ") {
    e.preventDefault();
    return open("node", from.node.name);
  }
  const to = neighbour(from, e.key);
  if (to === undefined) return;
  e.preventDefault();
  focused.value = to.node.name;
  const svg = e.currentTarget as SVGElement;
  requestAnimationFrame(() => svg.querySelector<SVGElement>(`[data-node="${CSS.escape(to.node.name)}"]`)?.focus());
}

function neighbour(from: Mark, key: string): Mark | undefined {
  const all = marks.value;
  if (key === "Home") return all[0];
  if (key === "End") return all[all.length - 1];
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (way === undefined) return undefined;
  let best: { mark: Mark; cost: number } | undefined;
  for (const mark of all) {
    const [dx, dy] = [mark.spot.x - from.spot.x, mark.spot.y - from.spot.y];
    const ahead = dx * way[0]! + dy * way[1]!;
    if (ahead <= 0.5) continue;
    const cost = ahead + 2.5 * Math.abs(dx * way[1]! + dy * way[0]!);
    if (best === undefined || cost < best.cost) best = { mark, cost };
  }
  return best?.mark;
}
