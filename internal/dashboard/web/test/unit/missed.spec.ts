import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { missed, missedWords } from "../../src/model/missed";
import { Record } from "../../src/model/record";

const start = Date.UTC(2026, 10, 28, 12);

// told is a record of events, each some seconds after the start.
function told(...events: [seconds: number, type: string, node: string | undefined, data: object][]): Record {
  const record = new Record();
  events.forEach(([s, type, node, data], i) =>
    record.apply({ offset: i + 1, time: new Date(start + 1000 * s).toISOString(), type, data: data as Happening["data"], ...(node === undefined ? {} : { node }) }),
  );
  return record;
}

const block = (index: number) => ({ hash: `b${index}`, previous_hash: `b${index - 1}`, index, miner: "nm1", transactions: 1, seconds: 1, hashes: 9 });
const reorg = (depth: number) => ({ from: block(depth), to: block(9), fork: block(0), depth, miner: "nm1", returned: 0, dropped: 0, held: 0 });

test("what happened while the page heard nothing, and not before or after", () => {
  const record = told(
    [1, "block-mined", "n0", block(1)], [5, "node-down", "n1", { why: "fault" }],
    [6, "block-mined", "n0", block(2)], [7, "block-mined", "n0", block(3)], [8, "reorg", "n0", reorg(2)], [8, "reorg", "n2", reorg(2)],
    [9, "node-up", "n1", { pid: 1 }], [12, "block-mined", "n0", block(4)],
  );
  const found = missed(record, start + 4000, start + 10_000);
  expect(found).toEqual({ blocks: 2, reorgs: 1, deepest: 2, went: ["n1"], came: ["n1"], lost: false });
  expect(missedWords(found)).toBe("2 blocks were found; 1 reorg happened, of 2 blocks; n1 went down; n1 came up");
});

test("that nothing happened is said, and that it is not all known", () => {
  expect(missedWords(missed(told([1, "node-up", "n0", {}]), start + 4000, start + 10_000))).toBe("nothing of note happened");
  const lost = told([5, "gap", undefined, { first: 3, last: 9, reason: "expired" }], [6, "block-mined", "n0", block(1)]);
  expect(missedWords(missed(lost, start + 4000, start + 10_000))).toBe("1 block was found, as far as it is known: some events of that time are lost");
});

test("many nodes are counted", () => {
  const record = told(...Array.from({ length: 9 }, (_, i) => [5, "node-down", `n${i}`, {}] as [number, string, string, object]));
  expect(missedWords(missed(record, start, start + 10_000))).toBe("9 nodes went down");
});
