import { signal } from "@preact/signals";
import { getExact, onNode } from "./api/client";
import type { AccountsForm } from "./api/ledger";
import { meet } from "./people";

// accounts are the richest, as the node told that was asked last; null before that.
export const accounts = signal<AccountsForm | null>(null);

// pages is how many pages of accounts are read.
export const pages = signal(1);
const page = 100;

// readAccounts asks a node for the richest accounts.
export async function readAccounts(node: string, signal: AbortSignal): Promise<AccountsForm> {
  if (node === "") throw new Error("no node runs");
  let answer = await getExact<AccountsForm>(onNode(node, `/accounts?limit=${page}`), signal);
  for (let n = 1; n < pages.peek() && answer.next !== null; n++) {
    const more = await getExact<AccountsForm>(onNode(node, `/accounts?limit=${page}&from=${encodeURIComponent(answer.next)}`), signal);
    answer = { ...more, accounts: [...answer.accounts, ...more.accounts] };
  }
  meet(answer.accounts.map((a) => [a.address, a.name ?? a.node]));
  accounts.value = answer;
  return answer;
}
