// The manager's forms, as far as the page reads them. Times are RFC 3339, hashes and
// node ids hex, addresses Bech32m, amounts coins.

import type { FaultsForm } from "./faults";

export interface BlockRef {
  hash: string;
  index: number; // height
}

export type NodeStateName = "running" | "paused" | "silent" | "down";

export interface Link {
  peer: string; // node id
  outbound: boolean; // the node dialled
  since: string;
}

export interface Mempool {
  transactions: number;
  bytes: number;
  parked: number;
}

export interface Mining {
  mode: string;
  strategy?: string;
  solver?: string;
  hashrate?: number; // hashes a second that are wanted
}

export interface NodeForm {
  name: string;
  id: string;
  account?: string; // address that it mines for
  pid: number;
  address: string; // host:port of its HTTP server
  machine?: string; // URL of the manager that starts it, on another machine
  state: NodeStateName;
  since: string;
  tip: BlockRef | null;
  work: string;
  peers: Link[];
  mempool: Mempool;
  mining: Mining | null;
  strategy: string; // by which it mines: "honest" shows each block at once
  withheld: number; // blocks that no peer was told of
}

// MachineForm is a manager that starts nodes of the network on another machine.
export interface MachineForm {
  url: string;
  state: "joined" | "silent" | "left" | "removed";
  error?: string; // why it is silent
}

export interface BlockForm extends BlockRef {
  previous_hash: string;
  miner?: string | null; // address that is paid
  transactions: number;
  time: string; // when the first node connected it
  node: string; // that node
}

export interface Session {
  mode: string;
  rounds: number; // 0 for one without an end
  sent: number;
  mined: number;
}

// Parameters are a network's settings, which its genesis block commits to.
export interface Parameters {
  block_time: number; // s between blocks that is wanted
  block_reward: string; // coins, an exact decimal
}

// StateForm answers GET /state.
export interface StateForm {
  stream: string;
  offset: number;
  network: string;
  genesis: string;
  parameters: Parameters | null; // while they are not known
  nodes: NodeForm[];
  machines?: MachineForm[]; // absent without any
  blocks: BlockForm[];
  session: Session | null;
  faults: FaultsForm | null; // while nobody has asked for any
  clock?: ClockForm; // of the nodes; absent where it is the machine's
  manager: ManagerForm;
}

// ManagerForm is what requests to the manager need.
export interface ManagerForm {
  token_required: boolean; // of what changes something
  key_pin?: string; // of its certificate's key, for curl; absent without TLS
}

// ClockForm is how the nodes' wall clocks go. Times are such as "96h0m0s".
export interface ClockForm {
  behind: string; // the machine's time, of the lab
  all: ClockSetting;
  nodes: { [name: string]: ClockSetting }; // of those that have one of their own
}

export interface ClockSetting {
  offset: string; // ahead of the lab's time
  drift: string; // by which it runs fast, such as "0.01%"
}

// Happening is an event of GET /events. Its data depends on its type.
export interface Happening<D = Record<string, unknown>> {
  offset: number;
  time: string;
  type: string;
  node?: string;
  boot?: string;
  seq?: number;
  data: D;
}

export interface Overtaken {
  id: string;
  by: string;
  block: BlockRef;
}

export interface ReorgData {
  from: BlockRef;
  to: BlockRef;
  fork: BlockRef;
  depth: number;
  peer?: string;
  miner: string;
  returned: number;
  dropped: number;
  held: number;
  overtaken?: Overtaken[];
}

export interface ConnectedData extends BlockRef {
  previous_hash: string;
  miner: string;
  transactions: number;
  bits?: string; // of its header, eight hex digits
  from?: string;
  seconds: number;
}

// TipData is of a node's chain. Last are its last blocks, the lowest first, when the node
// starts: if it was ended by force before, nobody may have read what it told of them.
export interface TipData extends BlockRef {
  work: string;
  last?: (ConnectedData & { timestamp: number })[]; // with the header's time, s since 1970
}

export interface MinedData extends BlockRef {
  previous_hash: string;
  miner: string;
  transactions: number;
  size: number;
  seconds: number;
  hashes: number;
  withheld: boolean;
}

// StatsData is what a node's search has tried since it told last.
export interface StatsData {
  hashes: number;
  seconds: number;
}

export interface HeardData extends BlockRef {
  from?: string;
  how: string;
}

export interface SubmittedData {
  id: string;
  sender: string;
  recipient: string;
  amount: string; // coins, an exact decimal
  fee: string;
}

export interface GapData {
  first: number;
  last: number;
  reason: string;
}
