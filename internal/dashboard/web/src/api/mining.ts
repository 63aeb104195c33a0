// How a network's nodes mine, as the manager takes and answers it.

// Strategy says what a miner shows of its blocks, and what they hold.
export interface Strategy {
  name: string;
  lead?: boolean; // of stubborn: keeps a lead of one block
  fork?: boolean; // of stubborn: keeps what decides a race
  trail?: number; // of stubborn and trail-stubborn: how many blocks behind it mines on
  blocks?: number; // of withhold: how many are shown at a time
  address?: string; // of censor: of whom its blocks hold no transfer
  merchant?: string; // of double-spend: who is paid
  from?: string; // whose coins these are
  amount?: string;
  confirmations?: number; // that the merchant waits for
  give_up?: number; // blocks behind
}

// StrategyState is a strategy and what has come of it.
export interface StrategyState extends Strategy {
  withheld: number; // blocks that no peer was told of
  payment?: string; // of a double spend: the transfer that is to be undone
  confirmed?: number; // confirmations that it has
  outcome?: string; // of a double spend that is over: "won" or "given-up"
}

// Plan is what is asked of all nodes.
export interface Plan {
  mode: string; // "continuous", "pending", "interval", "demand" or "off"
  interval?: number; // seconds from one block of a node to the next, of the mode "interval"
  power?: "real" | "paced";
  hashrate?: number; // hashes a second of all together
  shares?: { [node: string]: number }; // of it, in whatever unit
  strategies?: { [node: string]: Strategy };
}

// PlanForm answers GET and PUT /network/mining.
export interface PlanForm {
  plan: Plan | null; // while nobody has asked for one
  nodes: NodePower[];
  hashrate: number; // that all achieve together
}

export interface NodePower {
  node: string;
  share: number | null; // asked, of 1
  achieved: number | null; // share of what all achieve, of 1
  mining: { hashrate: number; strategy: StrategyState } | null; // while it does not answer
  pending: boolean; // it is told when it goes on
}
