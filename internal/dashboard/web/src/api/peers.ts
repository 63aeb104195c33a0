// What nodes tell of their links and of whom they keep out.

export interface PeerLink {
  node: string | null; // null if it is none of this network
  id: string;
  address: string;
  outbound: boolean;
  type: string;
  since: string;
  remote: string;
  group: string; // empty for none
  kept: string; // why an inbound link is not evicted, or another one made again; empty for no reason
  latency: { last: number; lowest: number } | null; // s
  height: number;
  sent: number; // bytes
  received: number; // bytes
}

// PeersForm answers GET /network/peers.
export interface PeersForm {
  nodes: { node: string; id: string; peers: PeerLink[]; more: number }[];
  unknown: string[];
}

export interface Ban {
  id: string | null;
  net: string; // empty for a ban of a node
  until: string;
  reason: string;
  by: string;
}

// BansForm answers GET /bans.
export interface BansForm {
  count: number;
  bans: Ban[];
}

// AddressesForm answers GET /addresses.
export interface AddressesForm {
  new: number;
  tried: number;
  count: number;
  groups: { name: string; share: number }[]; // the largest first
  sources: { name: string; share: number }[];
  places: { table: "new" | "tried"; bucket: number; group: string; source: string; source_group: string }[];
}
