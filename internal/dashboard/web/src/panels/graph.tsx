import { computed, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addNode } from "../acts";
import { ActButton } from "../parts/act";
import { Panel } from "../parts/panel";
import { useSize } from "../parts/size";
import { listen, network, past, viewed } from "../store";
import { appearance, legend, open } from "../ui";
import { chooseByKey, draw, justDrawn, Knife, Preview } from "./graph/cut";
import { FaultBar, FaultMarks, linkNear } from "./graph/faults";
import { GraphLegend } from "./graph/legend";
import { drawLinks } from "./graph/links";
import { Marks } from "./graph/marks";
import { marks } from "./graph/picture";
import { rearrange, room } from "./graph/places";
import { Pulses } from "./graph/pulses";
import { replay } from "./graph/replay";
import { StrategyMarks } from "./graph/strategies";

const elements = 200; // more nodes than this are drawn on the canvas

const many = computed(() => network.value.now.nodes.size > elements);

// Graph shows the nodes and their links, and blocks on their way.
export function Graph() {
  const aside = (
    <span class="aside">
      <button type="button" title="cut, slow down and place the links" onClick={() => open("faults")}>
        faults
      </button>
      <button type="button" title="hash power and strategies" onClick={() => open("mining")}>
        mining
      </button>
      <ActButton act={addNode}>add node</ActButton>
      <button type="button" onClick={rearrange}>
        arrange anew
      </button>
    </span>
  );
  const node = network.value.now.nodes.get(viewed.value);
  return (
    <Panel id="graph" title={node === undefined ? "Network" : `Network, as ${node.name} sees it`} aside={aside}>
      <Drawing />
      <Preview />
      <FaultBar />
      {legend.value && <GraphLegend />}
    </Panel>
  );
}

function Drawing() {
  const box = useRef<HTMLDivElement>(null);
  const links = useRef<HTMLCanvasElement>(null);
  const motion = useRef<HTMLCanvasElement>(null);
  useSize(box, (width, height) => (room.value = { width, height }));
  useEffect(() => {
    const pulses = new Pulses(motion.current!);
    const deaf = listen((events) => pulses.see(events));
    const idle = replay.subscribe(() => pulses.go());
    return () => {
      deaf();
      idle();
      pulses.end();
    };
  }, []);
  useSignalEffect(() => {
    appearance.value;
    room.value;
    drawLinks(links.current!, viewed.value, many.value ? marks.value : []);
  });
  return (
    <div class="graph" ref={box} onClick={openNear} onPointerDown={draw} onKeyDown={chooseByKey}>
      <canvas ref={links} aria-hidden="true" />
      <canvas ref={motion} aria-hidden="true" />
      <FaultMarks />
      <StrategyMarks />
      {!many.value && <Marks />}
      <Knife />
      {many.value && <p class="unseen">The nodes are more than can be shown one by one here: the tab "nodes" lists them.</p>}
      {network.value.now.nodes.size === 0 && <p class="empty">{past.value === null ? 'There is no node. "Add node" starts one.' : "There was no node then."}</p>}
    </div>
  );
}

// openNear opens the link where a click was, or the node that is drawn there.
function openNear(e: MouseEvent): void {
  if (justDrawn() || (e.target as Element).closest("[data-node], button, [role=button]") !== null) return;
  const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
  const [x, y] = [e.clientX - box.left, e.clientY - box.top];
  const near = marks.value
    .map((m) => ({ m, apart: Math.hypot(m.spot.x - x, m.spot.y - y) }))
    .filter(({ m, apart }) => apart < m.radius + 4)
    .sort((a, b) => a.apart - b.apart)[0];
  const link = linkNear({ x, y });
  if (many.value && near !== undefined) open("node", near.m.node.name);
  else if (link !== undefined) open("link", `${link.a}~${link.b}`);
}
