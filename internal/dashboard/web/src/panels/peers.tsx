import { signal } from "@preact/signals";
import { get, onNode } from "../api/client";
import type { BansForm, PeersForm } from "../api/peers";
import { groupsOf, linesOf, nameOf, shareOf, type Line } from "../model/peers";
import { compareNames } from "../model/network";
import { ActButton } from "../parts/act";
import { useEvery } from "../parts/every";
import { Rows, type Column } from "../parts/rows";
import { Who } from "../parts/who";
import { clock, duration, percent, plural, scaled } from "../parts/words";
import { ban, connect, disconnect, unban } from "../peers";
import { network, past } from "../store";
import { view } from "../view";
import { Book } from "./peers/book";
import { Matrix } from "./peers/matrix";

const every = 3000; // ms

// marked is the group whose share is shown, as if it were an attacker's; null for none.
const marked = signal<string | null>(null);

// Peers tells who is linked with whom, and why: of all nodes, or of the viewed one, whose
// links and bans can be changed.
export function Peers() {
  const { value, why } = useEvery("peers", (signal) => get<PeersForm>("/network/peers", signal), every);
  const node = view.value.node?.name ?? "";
  if (value === null) return <p class={why === "" ? "empty" : "bad"}>{why}</p>;
  const lines = linesOf(value, node);
  const groups = groupsOf(value);
  return (
    <div class="pair">
      <div class="list">
        <div class="bar dim">
          {plural(lines.length, "link")} {node === "" ? "in all; a view as one node has its links and bans" : `of ${node}`}
          {past.value !== null && ", as it is now"}
          <Mark groups={groups} lines={lines} />
          {why !== "" && <span class="bad">{why}</span>}
        </div>
        {node !== "" && <Reach node={node} linked={lines.map(nameOf)} />}
        <Rows
          label={node === "" ? "links" : `links of ${node}`}
          columns={node === "" ? [teller, ...columns] : [...columns.slice(0, 2), acts, ...columns.slice(2)]}
          rows={lines}
          keyOf={(l) => `${l.of} ${l.id}`}
          classOf={(l) => (l.group === marked.value ? "here" : "")}
          empty="No link stands."
        />
        {node !== "" && <Bans key={node} node={node} />}
      </div>
      {node === "" ? <Matrix form={value} groups={groups} marked={marked.value} /> : <Book key={node} node={node} marked={marked} />}
    </div>
  );
}

const bytes = (n: number) => `${scaled(n)}${n < 1000 ? " " : ""}B`;
const teller: Column<Line> = { name: "dialled by", cell: (l) => <Who node={l.of} /> };
const columns: Column<Line>[] = [
  { name: "peer", cell: (l) => (l.node === null ? l.address : <Who node={l.node} />) },
  { name: "type", cell: (l) => l.type },
  { name: "latency", number: true, cell: (l) => l.latency !== null && <span title={`at least ${duration(l.latency.lowest)}`}>{duration(l.latency.last)}</span> },
  { name: "sent", number: true, cell: (l) => bytes(l.sent) },
  { name: "received", number: true, cell: (l) => bytes(l.received) },
  { name: "group", cell: (l) => l.group },
  { name: "kept by", cell: (l) => l.kept },
];
const acts: Column<Line> = {
  name: "acts",
  plain: true,
  cell: (l) => (
    <span class="acts">
      <ActButton act={disconnect(l.of, l.id)} label={`disconnect ${nameOf(l)}`}>
        disconnect
      </ActButton>
      <ActButton act={ban(l.of, l.id)} label={`ban ${nameOf(l)}`}>
        ban
      </ActButton>
    </span>
  ),
};

// Mark chooses a group, and tells its share of the links.
function Mark({ groups, lines }: { groups: Map<string, string[]>; lines: Line[] }) {
  const names = [...groups.keys()].filter((g) => g !== "");
  if (names.length === 0) return <span>– no groups: all nodes are on one computer</span>;
  return (
    <label>
      attacker{" "}
      <select value={marked.value ?? ""} onChange={(e) => (marked.value = e.currentTarget.value || null)}>
        <option value="">none</option>
        {names.map((g) => (
          <option key={g}>{g}</option>
        ))}
      </select>
      {marked.value !== null && ` has ${percent(shareOf(lines, marked.value))} of them`}
    </label>
  );
}

// Reach has a node connect to another one.
function Reach({ node, linked }: { node: string; linked: string[] }) {
  const others = [...network.value.now.nodes.keys()].filter((name) => name !== node && !linked.includes(name)).sort(compareNames);
  return (
    <div class="bar acts">
      {others.length === 0 && <span class="dim">{node} is linked with every other node</span>}
      {others.slice(0, 12).map((name) => (
        <ActButton key={name} act={connect(node, name)}>
          connect {name}
        </ActButton>
      ))}
    </div>
  );
}

// Bans lists whom a node keeps out.
function Bans({ node }: { node: string }) {
  const { value } = useEvery(node, (signal) => get<BansForm>(onNode(node, "/bans?limit=50"), signal), every);
  return (
    <ul class="bans" aria-label={`whom ${node} keeps out`}>
      {(value?.bans ?? []).map((b) => {
        const who = b.net || (network.value.now.named(b.id ?? "")?.name ?? b.id?.slice(0, 8) ?? "");
        return (
          <li key={b.net + b.id} class="acts">
            <b>{who}</b> is kept out until {clock(Date.parse(b.until))} ({b.reason || b.by})
            <ActButton act={unban(node, b)} label={`unban ${who}`}>
              unban
            </ActButton>
          </li>
        );
      })}
    </ul>
  );
}
