import type { NodePower, Plan, Strategy } from "../api/mining";

// Dial is what a person has set for the network's miners.
export interface Dial {
  mode: string; // when nodes mine: "continuous", "demand", or what else was planned
  interval: number; // seconds from one block of a node to the next, of the mode "interval"
  power: "real" | "paced";
  hashrate: number; // hashes a second of all together
  shares: ReadonlyMap<string, number>; // 0 to 100, as a slider has them
  strategies: ReadonlyMap<string, Strategy>; // of those that are not honest, or are to be that from now on
}

// A strategy's menu: what it does, and what it wants to be told.
export interface Menu {
  said: string;
  wants: (keyof Strategy)[];
}

export const menus: { [name: string]: Menu } = {
  honest: { said: "shows each block at once", wants: [] },
  selfish: { said: "keeps its blocks secret, and shows them when others come near (Eyal and Sirer)", wants: [] },
  "lead-stubborn": { said: "selfish, and keeps a lead of one block", wants: [] },
  "fork-stubborn": { said: "selfish, and keeps the block that would decide a race", wants: [] },
  "trail-stubborn": { said: "selfish, and mines on though it is behind", wants: ["trail"] },
  withhold: { said: "shows blocks so many at a time", wants: ["blocks"] },
  empty: { said: "takes no transfer into its blocks", wants: [] },
  censor: { said: "takes no transfer of one account", wants: ["address"] },
};

// attack is the strategy that begins with a payment, and is not part of a plan: each time
// that it begins, it pays.
export const attack = "double-spend";
const attackWants: (keyof Strategy)[] = ["from", "merchant", "amount", "confirmations", "give_up"];

// wantsOf is what a strategy wants to be told.
export function wantsOf(name: string): (keyof Strategy)[] {
  return name === attack ? attackWants : (menus[name]?.wants ?? []);
}

// blockEach is how many hashes a second find a block in two seconds at the floor of the
// built-in network, some 2^18 hashes.
const blockEach = 131_072;

const usual: Omit<Required<Strategy>, "name" | "lead" | "fork"> = { trail: 1, blocks: 2, address: "alice", from: "bob", merchant: "alice", amount: "1", confirmations: 2, give_up: 6 };

// withDefaults is a strategy with what it wants, as it is mostly wanted.
export function withDefaults(name: string): Strategy {
  return { name, ...Object.fromEntries(wantsOf(name).map((w) => [w, usual[w as keyof typeof usual]])) };
}

// dialOf is what is asked now, on the sliders, and by which strategies nodes mine. If no hash
// rate is asked, it is what is achieved.
export function dialOf(plan: Partial<Plan>, nodes: readonly string[], achieved: number, powers: readonly NodePower[] = []): Dial {
  const { shares = {} } = plan;
  const most = Math.max(...Object.values(shares), 0);
  const sum = Object.values(shares).reduce((a, b) => a + b, 0);
  const scale = sum === 0 || (sum < 100.000001 && most > 1) ? 1 : 100 / sum; // percents stay as they are
  return {
    mode: plan.mode ?? "continuous",
    interval: plan.interval ?? 0,
    power: plan.power ?? "real",
    hashrate: plan.hashrate || Math.round(achieved) || blockEach,
    shares: new Map(nodes.map((n) => [n, sum === 0 ? 100 / nodes.length : (shares[n] ?? 0) * scale])),
    strategies: strategiesOf(plan, powers),
  };
}

// choices are the fields of a strategy that a plan may have, beside its name.
const choices: (keyof Strategy)[] = ["lead", "fork", "trail", "blocks", "address"];

// strategiesOf are those by which nodes mine, which somebody may have set beside the plan, and
// the plan's of nodes that do not answer.
function strategiesOf(plan: Partial<Plan>, powers: readonly NodePower[]): Map<string, Strategy> {
  const all = new Map(Object.entries(plan.strategies ?? {}));
  for (const { node, mining } of powers) {
    if (mining === null || mining.strategy.name === all.get(node)?.name) continue;
    const { name, outcome } = mining.strategy;
    if (outcome) all.delete(node);
    else all.set(node, { name, ...Object.fromEntries(choices.filter((c) => mining.strategy[c] !== undefined).map((c) => [c, mining.strategy[c]])) });
  }
  return new Map([...all].filter(([, s]) => s.name !== "honest"));
}

// partsOf are the shares of the whole, from 0 to 1.
export function partsOf({ shares }: Dial): Map<string, number> {
  const sum = [...shares.values()].reduce((a, b) => a + b, 0);
  return new Map([...shares].map(([n, s]) => [n, sum === 0 ? 0 : s / sum]));
}

// planOf is what a dial asks for. A double spend is no part of a plan, and goes on beside it.
export function planOf(dial: Dial): Plan {
  return {
    mode: dial.mode,
    ...(dial.mode === "interval" ? { interval: dial.interval } : {}),
    power: dial.power,
    hashrate: dial.hashrate,
    shares: Object.fromEntries(dial.shares),
    strategies: Object.fromEntries([...dial.strategies].filter(([n, s]) => dial.shares.has(n) && s.name !== attack)),
  };
}

// majority is a dial on which one node has 51 of 100, and the others alike the rest.
export function majority(dial: Dial, node: string): Dial {
  return exactly(equal(dial), node, 51);
}

// exactly is a dial on which one node has so many percent, 0 to 100, and the others share the
// rest in the proportion that they had; alike if they had nothing.
export function exactly(dial: Dial, node: string, percent: number): Dial {
  const others = [...dial.shares].filter(([n]) => n !== node);
  const sum = others.reduce((all, [, s]) => all + s, 0);
  const rest = (share: number) => (100 - percent) * (sum === 0 ? 1 / others.length : share / sum);
  return { ...dial, shares: new Map([...dial.shares].map(([n, s]) => [n, n === node ? percent : rest(s)])) };
}

// equal is a dial on which all have as much.
export function equal(dial: Dial): Dial {
  return { ...dial, shares: new Map([...dial.shares.keys()].map((n) => [n, 100 / dial.shares.size])) };
}
