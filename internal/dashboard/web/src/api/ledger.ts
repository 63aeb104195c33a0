import type { BlockRef } from "./forms";

// What a node tells of transfers and accounts. Amounts are exact decimals of coins.

export interface TransferForm {
  id: string;
  type: string;
  sender?: string;
  recipient: string;
  amount: string;
  fee?: string;
  sequence: number;
  data?: unknown;
}

export type Status = "pending" | "parked" | "confirmed" | "replaced" | "overtaken" | "dropped";

// FateForm answers GET /transactions/:id.
export interface FateForm {
  status: Status;
  transaction: TransferForm;
  sender_name?: string;
  recipient_name?: string;
  block: BlockRef | null;
  position: number | null;
  confirmations: number;
  why?: string;
  by?: string;
  by_block?: BlockRef;
  proof?: { position: number; siblings: { hash: string; side: string }[]; merkle_root: string; header: string };
}

export interface AccountLine {
  address: string;
  name?: string;
  node?: string; // HTTP address of the one that mines for it
  balance: string;
  sequence: number;
}

// AccountsForm answers GET /accounts.
export interface AccountsForm {
  count: number;
  coins: string;
  tip: BlockRef;
  accounts: AccountLine[];
  next: string | null;
}

export interface MovementForm {
  id: string;
  type: string;
  direction: "in" | "out" | "self";
  amount: string;
  fee: string;
  other: string | null;
  other_name?: string;
  block: BlockRef;
  time: string;
  confirmations: number;
}

// AccountForm answers GET /accounts/:address.
export interface AccountForm extends AccountLine {
  pending: TransferForm[];
  history: MovementForm[];
  next: string | null;
}

// PoolForm answers GET /mempool.
export interface PoolForm {
  count: number;
  bytes: number;
  entries: { id: string; since: string; sender_name?: string; recipient_name?: string }[];
  transactions: TransferForm[];
}

// BlockAnswer answers GET /blocks/:id?details.
export interface BlockAnswer {
  block: BlockRef & {
    version: number;
    previous_hash: string;
    merkle_root: string;
    timestamp: number; // s since 1970
    bits: string; // eight hex digits
    nonce: number;
    transactions: TransferForm[];
  };
  main: boolean; // on the main chain of the node that answers
  confirmations: number;
  next_hash: string | null;
  header: string; // 80 bytes in hex
  size: number; // bytes
  names: { [address: string]: string };
}
