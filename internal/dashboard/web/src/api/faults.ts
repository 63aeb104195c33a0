// Faults of links, as the manager takes and answers them. Nodes are names, "all", or
// "region:eu"; lengths of time are such as "120ms", rates such as "8Mbit/s", shares such as
// "1%".

// Cut is how nothing comes through: messages are held (silent), or links end and no new one
// is made (reset).
export type Cut = "silent" | "reset";

// LinkForm is what is asked of the messages from a node to another one.
export interface LinkForm {
  delay?: string; // one way
  jitter?: string;
  shape?: string;
  bandwidth?: string;
  burst?: string;
  loss?: string; // of packets, which come later
  loss_burst?: { [name: string]: string };
  drop?: string; // of messages, which never come
  cut?: Cut;
  flap?: { every: string; for: string };
}

export interface Partition {
  name?: string;
  groups: string[][];
  rest?: boolean; // the nodes of no group are a group of their own
  how?: Cut; // silent if there is none
  oneway?: boolean; // only what a group sends to those behind it is cut
  until?: string;
}

export interface Rule extends LinkForm {
  from: string[];
  to: string[];
  both?: boolean;
  preset?: string;
  until?: string;
}

export interface Regions {
  table?: string; // name of one of the manager's tables
  members: { [region: string]: string[] };
}

// Faults are all that is asked of a network's links.
export interface Faults {
  partitions?: Partition[];
  links?: Rule[];
  regions?: Regions;
  topology?: { kind: string };
  until?: string;
  reconnect?: boolean;
  seed?: number;
}

// Sides are the groups of a partition, node by node.
export interface Sides {
  name: string;
  groups: string[][];
  how: Cut;
  oneway: boolean;
  until?: string;
}

// FaultsForm is what the faults come to.
export interface FaultsForm {
  generation: number;
  desired: Faults;
  partitions: Sides[];
  pending: string[]; // nodes that do not have them yet
}

// Table has the links between regions.
export interface Table {
  name: string;
  regions: string[];
  latency: string[][]; // from a region to another one
}

// PresetsForm answers GET /network/presets.
export interface PresetsForm {
  presets: (LinkForm & { name: string })[];
  tables: Table[];
}

// FaultsData is of an event faults-changed.
export interface FaultsData extends FaultsForm {
  done: string; // what was done, in words
}

// Achieved is what a link has done of what is asked.
export interface Achieved {
  delay: { mean: string; p50: string; p95: string; p99: string; max: string; frames: number } | null; // while nothing has arrived
  bandwidth: string | null; // of messages that waited for the line
  queued: number; // bytes that wait
  in_flight: number; // bytes under way
  dropped: number; // messages
}

// LinkMeasured is one direction of GET /network/links.
export interface LinkMeasured {
  from: string;
  to: string;
  asked: LinkForm;
  achieved: Achieved | null; // null while they are not linked
}

export interface LinksForm {
  links: LinkMeasured[];
}
