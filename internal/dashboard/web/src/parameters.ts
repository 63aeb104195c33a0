import { effect, signal } from "@preact/signals";
import { getExact } from "./api/client";
import { connection, network } from "./store";

// Parameters are a network's settings, which its genesis block commits to.
export interface Parameters {
  block_time: number; // s between blocks that is wanted
  block_reward: string; // coins, an exact decimal
}

// parameters are those of the network that is shown; null while they are not known.
export const parameters = signal<Parameters | null>(null);

let known = ""; // genesis of that network

effect(() => {
  const { genesis } = network.value.now;
  if (genesis === known || genesis === "" || !connection.value.up) return;
  known = genesis;
  void read(genesis);
});

async function read(genesis: string): Promise<void> {
  try {
    const answer = await getExact<Parameters>("/blockchain");
    if (known === genesis) parameters.value = answer;
  } catch {
    known = ""; // asked again when something happens
  }
}
