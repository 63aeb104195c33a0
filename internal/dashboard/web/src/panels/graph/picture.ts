import { computed } from "@preact/signals";
import { honest, type Node } from "../../model/network";
import { letterOf, standings, type Standing } from "../../model/standing";
import { host, stateWords } from "../../parts/words";
import { network, viewed } from "../../store";
import { won } from "../../view";
import { spots, type Spot } from "./places";

// What the graph shows of each node.

export interface Mark {
  node: Node;
  spot: Spot;
  radius: number; // pixels
  won: number; // of the kept blocks of the best chain
  tone: string; // class: how its tip stands
  sign: string; // letters in the circle; empty for none
  mining: boolean;
  faint: boolean; // the viewed node has no link to it
}

let numbers: ReadonlyMap<string, number> = new Map();

const standing = computed(() => {
  const { now } = network.value;
  const best = now.nodes.get(viewed.value)?.tip ?? now.best();
  const all = standings(now, best, numbers);
  numbers = all.numbers;
  return all.of;
});

export const marks = computed<Mark[]>(() => {
  const { now } = network.value;
  const most = Math.max(1, ...[...now.nodes.keys()].map((name) => won.value.by.get(name) ?? 0));
  const [small, large] = sizes(now.nodes.size);
  const me = now.nodes.get(viewed.value);
  const list: Mark[] = [];
  for (const node of now.nodes.values()) {
    const spot = spots.value.get(node.name);
    if (spot === undefined) continue;
    const blocks = won.value.by.get(node.name) ?? 0;
    const s = node.tip === null ? undefined : standing.value.get(node.tip.hash);
    list.push({
      node,
      spot,
      won: blocks,
      radius: Math.sqrt(small * small + (large * large - small * small) * (blocks / most)), // its area grows with the blocks
      tone: toneOf(s),
      sign: signOf(node, s),
      mining: node.mining !== null && node.state === "running",
      faint: me !== undefined && me !== node && !me.peers.has(node.id),
    });
  }
  return list;
});

// sizes are the radius without a block and the one with most, in pixels.
function sizes(nodes: number): [number, number] {
  if (nodes <= 12) return [11, 22];
  if (nodes <= 50) return [8, 15];
  return nodes <= 200 ? [5, 10] : [3, 7];
}

export const hues = 5; // that forks have

function toneOf(s: Standing | undefined): string {
  if (s === undefined) return "unknown";
  return s.kind === "fork" ? `fork-${((s.number - 1) % hues) + 1}` : s.kind === "main" ? "best" : s.kind;
}

function signOf(node: Node, s: Standing | undefined): string {
  if (node.state === "silent") return "?";
  if (node.state !== "running" || s === undefined) return "";
  if (s.kind === "fork") return letterOf(s.number);
  if (s.kind === "main") return "";
  return `${s.kind === "behind" ? "−" : "+"}${s.blocks < 100 ? s.blocks : "…"}`;
}

// outline says of a node what does not change with each block.
export function outline({ node, sign, mining }: Mark): string {
  const parts = [node.name, stateWords[node.state]];
  if (node.tip !== null && sign !== "" && sign !== "?") parts.push(tipWords(sign));
  if (mining) parts.push("mining");
  return [...parts, ...strategyOf(node), ...machineOf(node)].join(", ");
}

// machineOf says on which machine a node is, if that is another one.
function machineOf({ machine }: Node): string[] {
  return machine === undefined ? [] : [`on ${host(machine)}`];
}

// strategyOf says by what a node mines that is not honest.
function strategyOf({ strategy }: Node): string[] {
  return strategy === honest ? [] : [`strategy ${strategy}`];
}

// describe says of a node what its mark shows.
export function describe({ node, won: blocks, sign, mining }: Mark): string {
  const parts = [`${node.name}, ${stateWords[node.state]}`, `${blocks} of the last ${won.peek().of} blocks`];
  if (node.tip !== null) parts.push(`at height ${node.tip.index}${sign === "" || sign === "?" ? "" : `, ${tipWords(sign)}`}`);
  parts.push(`${node.peers.size} peers`);
  if (mining) parts.push("mining");
  return [...parts, ...strategyOf(node), ...machineOf(node)].join(", ");
}

function tipWords(sign: string): string {
  if (sign.startsWith("−")) return `${sign.slice(1)} behind the main chain`;
  return sign.startsWith("+") ? `${sign.slice(1)} ahead` : `on fork ${sign}`;
}
