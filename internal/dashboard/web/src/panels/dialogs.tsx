import type { ComponentType } from "preact";
import { opened, type Opened } from "../ui";
import { Account } from "./account";
import { Block } from "./block";
import { ChartDialog } from "./chart";
import { TimeDialog } from "./clock";
import { FaultsDialog } from "./faults";
import { Help } from "./help";
import { LinkDialog } from "./link";
import { MiningDialog } from "./mining";
import { Reorg } from "./reorg";
import { Node } from "./node";
import { Transfer } from "./transfer";

// dialogs are what shows a thing that was opened, by its kind.
const dialogs: { [kind in Opened["kind"]]?: ComponentType<{ id: string }> } = {
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

// Dialogs shows what is opened.
export function Dialogs() {
  const now = opened.value;
  const Shown = now === null ? undefined : dialogs[now.kind];
  return Shown === undefined ? null : <Shown key={`${now!.kind}/${now!.id}`} id={now!.id} />;
}
