import { expect, test } from "@playwright/test";
import * as acts from "../../src/acts";

const all: [string, acts.Deed, acts.Answer][] = [
  ["turns", acts.mineInTurns, {}], ["race", acts.mineRace, {}], ["stop", acts.stopMining, { mined: 3 }], ["end", acts.stopNetwork, {}],
  ["add", acts.addNode, { node: { name: "n6" } }], ["mine", acts.mineBlock("n1"), { block: { index: 5 } }],
  ...(["mineOn", "mineNoMore", "kill", "restart", "pause", "resume", "remove", "bringBack"] as const).map((name) => [name, acts[name]("n1"), {}] as [string, acts.Deed, acts.Answer]),
];

test("what is said of an act is of what happened, and not of the API", () => {
  const said = new Map(all.map(([name, deed, answer]) => [name, deed.did(answer)]));
  for (const [name, text] of said) {
    expect(text, name).toMatch(/^[A-Zn].*\.$/);
    expect(text, name).not.toMatch(/\/|request|status|\b20\d\b|127\.0\.0\.1|session/);
  }
  expect(new Set(said.values()).size, "each its own").toBe(said.size);
  expect(said.get("add")).toBe("n6 has joined the network.");
  expect(said.get("mine")).toBe("n1 has mined block 5.");
  expect(said.get("stop")).toBe("Mining is stopped, after 3 blocks.");
  expect(acts.stopMining.did({ sent: 0, mined: 0, message: "3 nodes no longer mine by themselves" })).toBe("3 nodes no longer mine by themselves.");
});

test("the end of a session says what it came to", () => {
  expect(acts.sessionOver(6, 6)).toBe("The nodes have mined 6 blocks.");
  expect(acts.sessionOver(6, 5)).toBe("The nodes have mined 5 blocks; 1 try came to nothing.");
  expect(acts.sessionOver(1, 1)).toBe("The nodes have mined 1 block.");
});

test("a refusal is said without the API's words, where it has some", () => {
  expect(acts.refused("already-mining", "nodes are mining already: wait for the end, or ask for it with /stop/mining")).not.toContain("/");
  expect(acts.refused("network-paused", "the network is paused; POST /network/resume has it go on")).toBe("The network is paused: have it go on first, under “time” at the top.");
  expect(acts.refused("no-data", "there is no data of n3")).toBe("there is no data of n3");
});
