import { expect, test } from "@playwright/test";
import type { FateForm, Status } from "../../src/api/ledger";
import { goOn, told, unsettled, type Story } from "../../src/model/story";

const fate = (status: Status, index?: number, more: Partial<FateForm> = {}): FateForm => ({
  status, transaction: { id: "aa", type: "transfer", recipient: "nm1", amount: "1", sequence: 0 },
  block: index === undefined ? null : { hash: `hash${index}`, index }, position: null, confirmations: 0, ...more,
});

function tell(...answers: (FateForm | null)[]): Story {
  return answers.reduce<Story | undefined>((story, answer, i) => goOn(story, answer, i), undefined)!;
}
const words = (...answers: (FateForm | null)[]) => tell(...answers).steps.map((s) => s.text);

test("a transfer that a reorg undid says so", () => {
  expect(words(fate("pending"), fate("pending"), fate("confirmed", 7), fate("pending"), fate("confirmed", 8))).toEqual([
    "pending: waits for a block", "confirmed in block 7", "block 7 was undone by a reorg: pending: waits for a block", "confirmed in block 8",
  ]);
  expect(words(fate("confirmed", 7), fate("confirmed", 8))[1]).toBe("block 7 was undone by a reorg: confirmed in block 8");
});

test("one whose number was used names the other", () => {
  expect(words(fate("pending"), fate("replaced", undefined, { by: "bbbbbbbbcc" }))[1]).toBe("replaced by bbbbbbbb…");
  expect(words(fate("overtaken", undefined, { by: "bbbbbbbbcc", by_block: { hash: "x", index: 9 } }))[0]).toBe("overtaken by bbbbbbbb… in block 9");
  expect(words(fate("parked", undefined, { why: "sequence gap" }))[0]).toBe("parked: sequence gap");
  expect(words(null)[0]).toContain("not known");
});

test("each status is said with its own word", () => {
  for (const status of ["pending", "parked", "confirmed", "replaced", "overtaken", "dropped"] as const) {
    expect(words(fate(status, status === "confirmed" ? 1 : undefined))[0]).toMatch(new RegExp(`^${status}\\b`));
  }
});

test("what a block may change is asked again", () => {
  expect(unsettled(undefined)).toBe(true);
  expect(unsettled(tell(fate("pending")))).toBe(true);
  expect(unsettled(tell(fate("confirmed", 1)))).toBe(false);
  expect(unsettled(tell(fate("overtaken")))).toBe(false);
});

test("a story is bounded", () => {
  const answers = Array.from({ length: 99 }, (_, i) => fate("confirmed", i));
  expect(tell(...answers).steps).toHaveLength(20);
});

test("what several nodes tell is one story", () => {
  const stories = new Map([
    ["n0", { ...tell(fate("pending")), steps: [{ at: 1000, text: "waits" }, { at: 9000, text: "in block 7" }] }],
    ["n1", { ...tell(fate("pending")), steps: [{ at: 1200, text: "waits" }, { at: 20_000, text: "in block 7" }] }],
  ]);
  expect(told(stories).map((s) => `${s.nodes.join()} ${s.text}`)).toEqual(["n0,n1 waits", "n0 in block 7", "n1 in block 7"]);
});
