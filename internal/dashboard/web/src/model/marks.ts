import type { Happening } from "../api/forms";
import { plural } from "../parts/words";
import { honest } from "./network";

// reorgWords say how deep a reorg was, and how many nodes made it.
export function reorgWords(depth: number, nodes: number): string {
  return `reorg of ${plural(depth, "block")}${nodes === 1 ? "" : ` on ${nodes} nodes`}`;
}

// markOf is what the timeline says of an event; null of one that is too small for it. That
// of a reorg depends on those of other nodes: see reorgWords.
// While the network mines in a session, what single nodes are told to mine is. What is other
// than before about how a node mines, order says; see Orders.
export function markOf(e: Happening, session: boolean, order: string | null = null): string | null {
  const text = (key: string) => String(e.data[key] ?? "");
  switch (e.type) {
    case "block-refused":
      return `refused block ${text("index")}: ${text("rule")}`;
    case "gap":
      return `${count(e)} events are missing here`;
    case "node-up":
      return `up, process ${text("pid")}`;
    case "node-down":
      return [`down, ${why[text("why")] ?? text("why")}`, text("message")].filter((t) => t !== "").join(": ");
    case "node-paused":
      return "paused";
    case "node-resumed":
      return "goes on";
    case "node-silent":
      return `not answering: ${text("error")}`;
    case "node-answering":
      return `answers again, after ${Number(e.data.seconds).toFixed(1)} s`;
    case "peer-banned":
      return `keeps a peer out: ${text("why")}`;
    case "network-up":
      return `the network is up, with ${text("nodes")} nodes`;
    case "network-down":
      return "the network is down";
    case "network-changed":
      return `another network: ${text("network")}`;
    case "mining-started":
      return e.node !== undefined && session ? null : `mining begins: ${text("mode")}${byStrategy(text("strategy"))}`;
    case "mining-changed":
      return order;
    case "mining-stopped":
      return e.node !== undefined && session ? null : `mining ends${e.data.mined === undefined ? "" : ` after ${text("mined")} blocks`}`;
    default:
      return bent(e);
  }
}

// byStrategy names a strategy that is not the usual one.
function byStrategy(strategy: string): string {
  return strategy === "" || strategy === honest ? "" : `, by the strategy ${strategy}`;
}

// bent is what somebody has done to links, clocks and blocks.
function bent({ type, data }: Happening): string | null {
  const text = (key: string) => String(data[key] ?? "");
  switch (type) {
    case "block-invalidated":
      return `takes block ${text("index")} for invalid, by hand`;
    case "block-reconsidered":
      return `takes block ${text("index")} for valid again`;
    case "clock-changed":
      return data.behind === "0s" ? "the nodes' clocks are set" : `the lab clock is ${text("behind")} behind`;
    case "faults-changed":
      return text("done");
    default:
      return null;
  }
}

const why: { [why: string]: string } = {
  asked: "as was asked for",
  told: "as it was told",
  crash: "a crash",
  fault: "killed on purpose",
  restart: "to start again",
  gone: "with its manager",
};

function count(e: Happening): number | string {
  return Number(e.data.last) - Number(e.data.first) + 1 || "some";
}
