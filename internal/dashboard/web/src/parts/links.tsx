import type { ComponentChildren } from "preact";
import { nameOf } from "../people";
import { open, type Opened } from "../ui";
import { brief, listed, short } from "./words";

// Links open what they name.

interface Props {
  children?: ComponentChildren; // what it is called instead
  plain?: boolean; // in a list, where all is a link
}

// BlockLink opens a block.
export function BlockLink({ hash, ...rest }: Props & { hash: string }) {
  return <Link kind="block" id={hash} brief={short(hash)} {...rest} />;
}

// TransferLink opens a transfer.
export function TransferLink({ id, ...rest }: Props & { id: string }) {
  return <Link kind="transfer" id={id} brief={brief(id)} {...rest} />;
}

// Party names who has an account, and opens it.
export function Party({ address }: { address: string }) {
  return (
    <Link kind="account" id={address} brief={brief(address)}>
      {listed(nameOf(address))}
    </Link>
  );
}

function Link({ kind, id, brief, plain = false, children }: Props & { kind: Opened["kind"]; id: string; brief: string }) {
  const look = `${plain ? "icon" : "link"}${children === undefined ? " mono" : ""}`;
  return (
    <button type="button" class={look} title={id} aria-label={children === undefined ? `open ${kind} ${brief}` : undefined} onClick={() => open(kind, id)}>
      {children ?? brief}
    </button>
  );
}
