import { computed, signal } from "@preact/signals";
import { kill, pause, restart, resume } from "../acts";
import { honest, type Node } from "../model/network";
import { sortNodes, type Line } from "../model/roster";
import { ActButton } from "../parts/act";
import { BlockLink } from "../parts/links";
import { Rows, type Column, type Sorted } from "../parts/rows";
import { Who } from "../parts/who";
import { host, machineWords, percent, plural, stateWords } from "../parts/words";
import { open } from "../ui";
import { view, won } from "../view";

const sorted = signal<Sorted>({ by: "name", down: false });

const lines = computed<Line[]>(() => {
  const { by, of } = won.value;
  const list = [...view.value.network.nodes.values()].map((n) => ({ node: n, won: by.get(n.name) ?? 0, share: (by.get(n.name) ?? 0) / Math.max(1, of) }));
  return sortNodes(list, sorted.value);
});

const machine: Column<Line> = { name: "machine", cell: ({ node }) => (node.machine === undefined ? "" : host(node.machine)) };

const signs = { running: "", paused: "❚❚ ", silent: "? ", down: "✕ " };

const columns: Column<Line>[] = [
  { name: "name", cell: (l) => <Who node={l.node.name} /> },
  { name: "state", cell: ({ node }) => <span class={node.state === "running" ? "good" : "bad"}>{signs[node.state] + stateWords[node.state]}</span> },
  { name: "height", number: true, cell: ({ node }) => node.tip?.index ?? "" },
  { name: "tip", cell: ({ node }) => node.tip !== null && <BlockLink hash={node.tip.hash} plain /> },
  { name: "peers", number: true, cell: ({ node }) => node.peers.size },
  { name: "mempool", number: true, cell: ({ node }) => node.mempool.transactions + node.mempool.parked },
  { name: "mining", cell: ({ node }) => [node.mining?.mode ?? "", node.strategy === honest ? "" : node.strategy].join(" ").trim() },
  { name: "blocks won", number: true, cell: (l) => l.won },
  { name: "share", number: true, cell: (l) => percent(l.share) },
  { name: "acts", plain: true, cell: ({ node }) => <Acts node={node} /> },
];

// withMachines has nodes of other machines, and says of which.
const withMachines = [columns[0]!, machine, ...columns.slice(1)];

// Nodes lists the nodes, with what each does.
export function Nodes() {
  const rows = lines.value;
  const sort = (by: string) => (sorted.value = { by, down: sorted.peek().by === by ? !sorted.peek().down : by !== "name" && by !== "state" });
  const up = rows.filter((l) => l.node.state === "running").length;
  return (
    <div class="list">
      <div class="bar dim">
        {plural(rows.length, "node")}, {up} up; blocks won of the last {won.value.of.toLocaleString("en")} of the best chain
      </div>
      <Machines />
      <Rows
        label="nodes"
        columns={rows.some((l) => l.node.machine !== undefined) ? withMachines : columns}
        rows={rows}
        keyOf={(l) => l.node.name}
        classOf={(l) => (l.node.name === view.value.node?.name ? "here" : "")}
        onOpen={(l) => open("node", l.node.name)}
        sorted={sorted.value}
        onSort={sort}
        empty="No node is here."
      />
    </div>
  );
}

// Machines lists the managers of other machines, and how each is.
function Machines() {
  const { machines, nodes } = view.value.network;
  if (machines.size === 0) return null;
  const count = (url: string) => [...nodes.values()].filter((n) => n.machine === url).length;
  return (
    <ul class="bar machines" aria-label="other machines">
      {[...machines.values()].map((m) => (
        <li key={m.url}>
          <b>{host(m.url)}</b>, {plural(count(m.url), "node")}: <span class={m.state === "joined" ? "good" : "bad"}>{machineWords(m)}</span>
        </li>
      ))}
    </ul>
  );
}

function Acts({ node }: { node: Node }) {
  const { name, state } = node;
  const up = state === "running" || state === "silent";
  const unable = view.value.network.unreachable(node);
  return (
    <span class="acts">
      <ActButton act={kill(name)} label={`kill ${name}`} disabled={state === "down"} unable={unable}>
        kill
      </ActButton>
      <ActButton act={restart(name)} label={`restart ${name}`} unable={unable}>
        restart
      </ActButton>
      {state === "paused" ? (
        <ActButton act={resume(name)} label={`resume ${name}`} unable={unable}>
          resume
        </ActButton>
      ) : (
        <ActButton act={pause(name)} label={`pause ${name}`} disabled={!up} unable={unable}>
          pause
        </ActButton>
      )}
    </span>
  );
}
