import { onNode, type Act } from "./api/client";
import { plural, sentence } from "./parts/words";

// The acts of the page: calls of the manager's API, each as one can also type it, and what
// is said to a person when one is done.

// Answer is what is read of the answers to acts.
export interface Answer {
  node?: { name: string }; // that was added
  block?: { index: number }; // that was mined
  sent?: number; // requests of the session that was stopped; 0 where nodes mined by themselves
  mined?: number; // blocks of that
  message?: string; // in the manager's words
}

export interface Deed extends Act {
  did: (answer: Answer) => string;
}

const post = (path: string, did: Deed["did"], body?: unknown): Deed => ({ method: "POST", path, did, ...(body === undefined ? {} : { body }) });

export const mineInTurns = post("/start/mining?detach=true", () => "Each node mines a block, one after the other.");
export const mineRace = post("/start/mining?mode=race&continuous=true", () => "All nodes race for each block, until mining is stopped.");
export const stopMining = post("/stop/mining", ({ sent, mined, message = "" }) =>
  sent === 0 && message !== "" ? sentence(message) : `Mining is stopped${mined === undefined ? "" : `, after ${plural(mined, "block")}`}.`,
);
export const stopNetwork = post("/shutdown/all", () => "The network has ended.");
export const addNode = post("/nodes", ({ node }) => `${node?.name ?? "A node"} has joined the network.`);

export const mineBlock = (name: string) => post(onNode(name, "/mine"), ({ block }) => `${name} has mined ${block === undefined ? "a block" : `block ${block.index}`}.`);
export const mineOn = (name: string): Deed => ({ method: "PUT", path: onNode(name, "/mining"), body: { mode: "continuous" }, did: () => `${name} mines on and on.` });
// mineNoMore leaves the node mining on demand: one whose mode is off refuses that too.
export const mineNoMore = (name: string): Deed => ({ method: "PUT", path: onNode(name, "/mining"), body: { mode: "demand" }, did: () => `${name} mines no more, but when it is asked for a block.` });
export const kill = (name: string) => post(onNode(name, "/kill"), () => `${name} is killed, as if its power had failed.`);
export const restart = (name: string) => post(onNode(name, "/restart"), () => `${name} has started again.`);
export const pause = (name: string) => post(onNode(name, "/pause"), () => `${name} is paused: it neither hears nor answers.`);
export const resume = (name: string) => post(onNode(name, "/resume"), () => `${name} goes on.`);
export const remove = (name: string): Deed => ({ method: "DELETE", path: onNode(name, ""), did: () => `${name} is no longer of the network. Its data stays.` });
export const bringBack = (name: string) => post("/nodes", () => `${name} is back in the network.`, { name });

// sessionOver is what is said when the nodes have mined what they were asked for: so many
// requests, and what they came to.
export function sessionOver(sent: number, mined: number): string {
  const without = sent - mined;
  return `The nodes have mined ${plural(mined, "block")}${without === 0 ? "" : `; ${plural(without, "try", "tries")} came to nothing`}.`;
}

// noWords are refusals whose own words are for programs, by their code.
const noWords: { [code: string]: string } = {
  "already-mining": "The nodes mine already: wait for the end, or stop it first.",
  "not-mining": "The network does not mine, so there is nothing to stop.",
  "no-node": "No node runs that could mine: start one, or have one go on, first.",
  "network-paused": "The network is paused: have it go on first, under “time” at the top.",
  "no-answer": "The manager does not answer.",
};

// refused is what is said of a refusal.
export function refused(code: string, message: string): string {
  return noWords[code] ?? message;
}
