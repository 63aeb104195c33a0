import type {
  BlockForm, BlockRef, ClockForm, ConnectedData, Happening, Link, MachineForm, Mempool, MinedData, Mining, NodeForm, NodeStateName, Parameters, Session, StateForm, TipData,
} from "../api/forms";
import type { FaultsForm } from "../api/faults";
import { noFaults } from "./faults";
import { Hidden, hiddenIn } from "./hidden";

// mostBlocks bounds the blocks that a Network keeps.
export const mostBlocks = 600;

export interface Block extends BlockRef {
  previous_hash: string;
  miner: string; // address that is paid; empty while it is not known
  node: string; // that mined it; empty while it is not known
  transactions: number;
  at: number; // ms since 1970, when the first node had it
}

export interface Node {
  name: string;
  id: string;
  pid: number;
  address: string;
  machine?: string; // URL of the manager that starts it, on another machine
  state: NodeStateName;
  since: number; // ms since 1970
  tip: BlockRef | null;
  work: bigint; // of the chain up to tip, in hashes
  peers: Map<string, Link>; // by node id
  met: Set<string>; // ids of those that it has or had links with in this life, as far as is known
  mempool: Mempool;
  mining: Mining | null;
  strategy: string; // "honest" if nothing else is known
}

// Network is what the network is like after the events up to an offset. It changes in
// place: who shows it is told by the store when it has.
export class Network {
  stream = "";
  offset = 0;
  name = "";
  genesis = "";
  parameters: Parameters | null = null; // while they are not known
  session: Session | null = null;
  topology = 0; // counts the changes of which nodes there are and how they are linked
  faults: FaultsForm = noFaults; // of its links
  clock: ClockForm | null = null; // of its nodes; null where it is the machine's
  ended = false; // its manager has said that it leaves
  private readonly miners = new Map<string, string>(); // names of nodes by the address that they mine for
  readonly nodes = new Map<string, Node>(); // by name, n2 before n10
  readonly machines = new Map<string, MachineForm>(); // by URL
  hidden = new Hidden(); // blocks that their miners withhold
  readonly blocks = new Map<string, Block>(); // by hash, in the order in which they were first seen

  constructor(state?: StateForm) {
    if (state === undefined) return;
    this.stream = state.stream;
    this.offset = state.offset;
    this.name = state.network;
    this.genesis = state.genesis;
    this.parameters = state.parameters;
    this.session = state.session;
    this.faults = state.faults ?? noFaults;
    this.clock = state.clock ?? null;
    for (const form of state.machines ?? []) this.machines.set(form.url, form);
    for (const form of state.nodes) this.nodes.set(form.name, nodeOf(form));
    for (const form of state.nodes) if (form.account !== undefined) this.miners.set(form.account, form.name);
    for (const form of state.blocks) this.add(blockOf(form, this.miners));
    this.hidden = hiddenIn(state.nodes, this.blocks);
  }

  // apply takes in the next event.
  apply(e: Happening): void {
    this.offset = e.offset;
    if (e.node === undefined) this.ofNetwork(e);
    else this.ofNode(e, this.nodes.get(e.node) ?? this.join(e.node, e));
  }

  // best is the tip that most running nodes have; of several the one with the most work.
  // Of all nodes if none runs. Who has a tip that it withholds does not count beside others.
  best(): BlockRef | null {
    const known = [...this.nodes.values()].filter((n) => n.tip !== null);
    const running = known.filter((n) => n.state === "running");
    const open = running.filter((n) => !this.hidden.blocks.has(n.tip!.hash));
    const voters = open.length > 0 ? open : running.length > 0 ? running : known;
    const votes = new Map<string, { tip: BlockRef; count: number; work: bigint }>();
    for (const n of voters) {
      const vote = votes.get(n.tip!.hash) ?? { tip: n.tip!, count: 0, work: n.work };
      vote.count++;
      votes.set(vote.tip.hash, vote);
    }
    const [first] = [...votes.values()].sort((a, b) => b.count - a.count || (b.work > a.work ? 1 : b.work < a.work ? -1 : 0));
    return first?.tip ?? null;
  }

  // chain yields the kept blocks from a tip down.
  *chain(tip: string): Generator<Block> {
    for (let b = this.blocks.get(tip); b !== undefined; b = this.blocks.get(b.previous_hash)) yield b;
  }

  // named finds a node by its id.
  named(id: string): Node | undefined {
    for (const n of this.nodes.values()) if (n.id === id) return n;
    return undefined;
  }

  // unreachable is why nothing can be done to a node's process; empty if it can be.
  unreachable({ machine = "" }: Node): string {
    return this.machines.get(machine)?.state === "silent" ? `the manager at ${machine}, which starts it, does not answer` : "";
  }

  private ofNetwork(e: Happening): void {
    switch (e.type) {
      case "network-down":
        this.ended = true;
        break;
      case "network-up":
      case "network-changed": {
        const data = e.data as { network: string; genesis: string; parameters?: Parameters };
        if (e.type === "network-changed") this.forget();
        else this.machines.clear();
        this.ended = false;
        this.name = data.network;
        this.genesis = data.genesis;
        this.parameters = data.parameters ?? null;
        break;
      }
      case "mining-started": {
        const { mode, rounds = 0 } = e.data as { mode: string; rounds?: number };
        this.session = { mode, rounds, sent: 0, mined: 0 };
        break;
      }
      case "mining-stopped":
        this.session = null;
        break;
      case "machine-changed": {
        const machine = e.data as unknown as MachineForm;
        if (machine.state === "removed") this.machines.delete(machine.url);
        else this.machines.set(machine.url, machine);
        break;
      }
      case "clock-changed":
        this.clock = e.data as unknown as ClockForm;
        break;
      case "faults-changed":
        this.faults = e.data as unknown as FaultsForm;
    }
  }

  private ofNode(e: Happening, n: Node): void {
    if (rewires.has(e.type)) this.topology++;
    this.hidden.note(e);
    this.ofProcess(e, n);
    this.ofChain(e, n);
    this.ofMining(e, n);
  }

  // ofProcess takes in what becomes of a node's process and its links.
  private ofProcess(e: Happening, n: Node): void {
    const state = states[e.type];
    if (state !== undefined) Object.assign(n, { state, since: Date.parse(e.time) });
    switch (e.type) {
      case "node-up": {
        const { id, account, pid, address, machine } = e.data as { id: string; account?: string; pid: number; address: string; machine?: string };
        if (account !== undefined) this.miners.set(account, n.name);
        n.met.clear();
        Object.assign(n, { id, pid, address, machine, strategy: honest });
        return rest(n);
      }
      case "node-down":
        rest(n);
        if ((e.data as { left: boolean }).left) this.nodes.delete(n.name);
        return;
      case "peer-linked": {
        const data = e.data as { peer: string; outbound: boolean };
        n.peers.set(data.peer, { ...data, since: e.time });
        n.met.add(data.peer);
        return;
      }
      case "peer-lost":
        n.peers.delete((e.data as { peer: string }).peer);
    }
  }

  // ofChain takes in what a node's chain and mempool become.
  private ofChain(e: Happening, n: Node): void {
    switch (e.type) {
      case "tip-moved": {
        const { hash, index, work, last = [] } = e.data as unknown as TipData;
        Object.assign(n, { tip: { hash, index }, work: BigInt(work) });
        for (const b of last) this.keep(b, Math.min(Date.parse(e.time), b.timestamp * 1000));
        return;
      }
      case "mempool":
        n.mempool = e.data as unknown as Mempool;
        return;
      case "block-connected":
      case "block-mined":
        this.hear(e as unknown as Happening<ConnectedData | MinedData>);
    }
  }

  // ofMining takes in how a node mines, and what came of a session's request to it.
  private ofMining(e: Happening, n: Node): void {
    switch (e.type) {
      case "mining-started":
      case "mining-changed":
        n.mining = rests.has(String(e.data.mode)) ? null : (e.data as unknown as Mining);
        n.strategy = String(e.data.strategy ?? n.strategy);
        return;
      case "mining-stopped":
        n.mining = null;
        return;
      case "mining-result":
        if (this.session === null) return;
        this.session.sent++;
        if (e.data.block !== undefined) this.session.mined++;
    }
  }

  // forget leaves the blocks of another network.
  private forget(): void {
    this.blocks.clear();
    this.hidden = new Hidden();
  }

  // hear takes in a block at the first word of it, and its miner's node.
  private hear(e: Happening<ConnectedData | MinedData>): void {
    if (e.type === "block-mined") this.miners.set(e.data.miner, e.node!);
    const known = this.blocks.get(e.data.hash);
    if (known === undefined) this.keep(e.data, Date.parse(e.time));
    else if (e.type === "block-mined") known.node = e.node!;
  }

  // keep adds a block that is not known, of a time in ms since 1970.
  private keep({ hash, index, previous_hash, miner, transactions }: ConnectedData | MinedData, at: number): void {
    if (!this.blocks.has(hash)) this.add({ hash, index, previous_hash, miner, transactions, node: this.miners.get(miner) ?? "", at });
  }

  // add keeps a block. When there is no room, the lowest one goes: a node that catches up
  // tells of old blocks, which displace no higher ones.
  private add(b: Block): void {
    this.blocks.set(b.hash, b);
    if (this.blocks.size > mostBlocks) this.blocks.delete(this.lowest().hash);
  }

  // lowest is the lowest kept block, of equals the one that was seen first.
  private lowest(): Block {
    return [...this.blocks.values()].reduce((low, b) => (b.index < low.index ? b : low));
  }

  // join takes in a node that was not known, and keeps the nodes in order.
  private join(name: string, e: Happening): Node {
    const joined: Node = {
      name, id: "", pid: 0, address: "", state: "running", since: Date.parse(e.time), tip: null, work: 0n,
      peers: new Map(), met: new Set(), mempool: nothing(), mining: null, strategy: honest,
    };
    this.topology++;
    const after = [...this.nodes.values()].filter((n) => compareNames(n.name, name) > 0);
    for (const n of after) this.nodes.delete(n.name);
    for (const n of [joined, ...after]) this.nodes.set(n.name, n);
    return joined;
  }
}

export const honest = "honest"; // the strategy that shows each block at once

// rests are the modes in which a node never mines by itself.
const rests = new Set(["off", "demand"]);

// states are what a node's process is after events.
const states: { [type: string]: NodeStateName | undefined } = {
  "node-up": "running", "node-down": "down", "node-paused": "paused", "node-resumed": "running", "node-silent": "silent", "node-answering": "running",
};

// rest has a node do nothing, as at the start and the end of its process.
function rest(n: Node): void {
  n.peers.clear();
  n.mining = null;
  n.mempool = nothing();
}

const rewires = new Set(["node-up", "node-down", "peer-linked", "peer-lost"]);

// compareNames orders n2 before n10.
export function compareNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

function nothing(): Mempool {
  return { transactions: 0, bytes: 0, parked: 0 };
}

function nodeOf(form: NodeForm): Node {
  return {
    ...form,
    strategy: form.strategy || honest,
    since: Date.parse(form.since),
    work: form.work === "" ? 0n : BigInt(form.work),
    peers: new Map(form.peers.map((link) => [link.peer, link])),
    met: new Set(form.peers.map((link) => link.peer)),
  };
}

function blockOf(form: BlockForm, miners: ReadonlyMap<string, string>): Block {
  const { hash, index, previous_hash, transactions = 0 } = form;
  const node = miners.get(form.miner ?? "") ?? "";
  return { hash, index, previous_hash, transactions, node, miner: form.miner ?? "", at: Date.parse(form.time) };
}
