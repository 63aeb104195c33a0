import type { FateForm, Status } from "../api/ledger";
import { brief } from "../parts/words";

// Step is something that has become of a transfer.
export interface Step {
  at: number; // ms since 1970, when the page learned it
  text: string;
}

// Story is what has become of a transfer, as one node tells.
export interface Story {
  status: Status | "unknown";
  block: { hash: string; index: number } | null; // that holds it
  by: string; // id of the transfer that replaced or overtook it; empty for none
  steps: Step[]; // the newest last
}

const mostSteps = 20;

// goOn is the story after a node's answer; null stands for a node that knows nothing of
// the transfer.
export function goOn(before: Story | undefined, answer: FateForm | null, at: number): Story {
  const now = { status: answer?.status ?? ("unknown" as const), block: answer?.block ?? null, by: answer?.by ?? "" };
  if (before !== undefined && before.status === now.status && before.block?.hash === now.block?.hash && before.by === now.by) return before;
  const steps = [...(before?.steps ?? []), { at, text: step(before, answer) }];
  return { ...now, steps: steps.slice(-mostSteps) };
}

// words say what has become of a transfer, each with the status first.
const words: { [status in Status]: (answer: FateForm) => string } = {
  pending: () => "pending: waits for a block",
  parked: ({ why }) => `parked: ${why ?? "a reorg took what it needs"}`,
  confirmed: ({ block }) => `confirmed in block ${block?.index}`,
  replaced: ({ by }) => `replaced by ${other(by)}`,
  overtaken: ({ by, by_block }) => `overtaken by ${other(by)}${by_block === undefined ? "" : ` in block ${by_block.index}`}`,
  dropped: ({ why }) => `dropped: ${why ?? "why is not known"}`,
};

function step(before: Story | undefined, answer: FateForm | null): string {
  const undone = before?.status === "confirmed" ? `block ${before.block?.index} was undone by a reorg: ` : "";
  return undone + (answer === null ? "not known to the node, not yet or no more" : words[answer.status](answer));
}

function other(id = ""): string {
  return id === "" ? "another transfer of its sender" : brief(id);
}

const together = 3000; // ms between two nodes' same step that is told as one

// told are the steps of the stories of several nodes, in order, and whose each is.
export function told(stories: ReadonlyMap<string, Story>): (Step & { nodes: string[] })[] {
  const all = [...stories].flatMap(([node, { steps }]) => steps.map((s) => ({ ...s, nodes: [node] }))).sort((a, b) => a.at - b.at);
  const joined: typeof all = [];
  for (const step of all) {
    const same = joined.findLast((s) => s.text === step.text && step.at - s.at <= together);
    if (same === undefined) joined.push(step);
    else same.nodes.push(...step.nodes);
  }
  return joined;
}

// unsettled reports whether a new block may change the story without a reorg.
export function unsettled(story: Story | undefined): boolean {
  return story === undefined || ["pending", "parked", "unknown", "replaced"].includes(story.status);
}
