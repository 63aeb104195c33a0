import type { ComponentType } from "preact";
import type { Opened, Tab } from "../ui";
import { Account } from "./account";
import { Block } from "./block";
import { ChartDialog } from "./chart";
import { TimeDialog } from "./clock";
import { FaultsDialog } from "./faults";
import { Help } from "./help";
import { LinkDialog } from "./link";
import { Log } from "./log";
import { MiningDialog } from "./mining";
import { Node } from "./node";
import { Nodes } from "./nodes";
import { Peers } from "./peers";
import { Reorg } from "./reorg";
import { Timeline } from "./timeline";
import { Transfer } from "./transfer";
import { Transfers } from "./transfers";

// What the first picture does not need. It is a file of its own, which the page loads after
// that picture: see rest in ../rest.

// dialogs are what shows a thing that was opened, by its kind.
export const dialogs: { [kind in Opened["kind"]]?: ComponentType<{ id: string }> } = {
  help: Help,
  chart: ChartDialog,
  block: Block,
  reorg: Reorg,
  node: Node,
  account: Account,
  transfer: Transfer,
  link: LinkDialog,
  faults: FaultsDialog,
  mining: MiningDialog,
  time: TimeDialog,
};

// tabs are those beside the first.
export const tabs: { [name in Exclude<Tab, "blocks">]: ComponentType } = {
  transfers: Transfers,
  nodes: Nodes,
  log: Log,
  timeline: Timeline,
  peers: Peers,
};
