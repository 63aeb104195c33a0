import { computed, signal } from "@preact/signals";
import { getExact } from "./api/client";
import type { Happening } from "./api/forms";
import { newer, none, pageSize, types, type Page, type Submitted } from "./model/submitted";
import { useFresh } from "./parts/fresh";
import { network, reach } from "./store";

// Transfers are most of what is told where clients submit many. The page follows them only while
// somebody looks at what needs them, and has them read up then.

// submitted are those that were read last.
export const submitted = signal<Submitted>(none);

let last: Promise<void> = Promise.resolve();

// readSubmitted reads what was submitted since. One call waits for the one before, so that each
// finds all that was told when it was made.
export function readSubmitted(): Promise<void> {
  return (last = last.catch(() => {}).then(read));
}

async function read(): Promise<void> {
  const { stream, ...within } = reach();
  submitted.value = await newer(submitted.peek(), stream, within, (from) => getExact<Page>(`/events?from=${from}&limit=${pageSize}&types=${types}`));
}

// bringsTransfers reports whether there may be more with an event: a node tells of a transfer first
// and then of its mempool.
export function bringsTransfers(e: Happening): boolean {
  return e.type === "mempool" || e.type === "gap" || e.type === "network-changed";
}

const stream = computed(() => network.value.now.stream);

// useSubmitted has what was submitted be read as it comes, and returns it with why it cannot be;
// empty if all is well.
export function useSubmitted(): Submitted & { why: string } {
  const { why } = useFresh(`submitted ${stream.value}`, readSubmitted, bringsTransfers);
  return { ...submitted.value, why };
}
