import { ask, curl, onNode, type Act } from "./api/client";
import { say } from "./ui";
import { why } from "./parts/words";

// The acts of the page: calls of the manager's API, each as one can also type it.

const post = (path: string, body?: unknown): Act => ({ method: "POST", path, body });

export const mineInTurns = post("/start/mining?detach=true");
export const mineRace = post("/start/mining?mode=race&continuous=true");
export const stopMining = post("/stop/mining");
export const stopNetwork = post("/shutdown/all");
export const addNode = post("/nodes");

export const mineBlock = (name: string) => post(onNode(name, "/mine"));
export const mineOn = (name: string): Act => ({ method: "PUT", path: onNode(name, "/mining"), body: { mode: "continuous" } });
// mineNoMore leaves the node mining on demand: one whose mode is off refuses that too.
export const mineNoMore = (name: string): Act => ({ method: "PUT", path: onNode(name, "/mining"), body: { mode: "demand" } });
export const kill = (name: string) => post(onNode(name, "/kill"));
export const restart = (name: string) => post(onNode(name, "/restart"));
export const pause = (name: string) => post(onNode(name, "/pause"));
export const resume = (name: string) => post(onNode(name, "/resume"));
export const remove = (name: string): Act => ({ method: "DELETE", path: onNode(name, "") });
export const bringBack = (name: string) => post("/nodes", { name });

// carryOut does an act and says what came of it. It returns the answer, or null if the
// act was refused.
export async function carryOut<T extends { message?: string }>(act: Act): Promise<T | null> {
  try {
    const answer = await ask<T>(act);
    say(answer.message ?? "done", { curl: curl(act) });
    return answer;
  } catch (error) {
    say(why(error), { bad: true, curl: curl(act) });
    return null;
  }
}
