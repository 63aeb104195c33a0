import { expect, test } from "@playwright/test";
import { append, entryOf, joined, literal, mostEntries, newer, nothing, preceded, type Entry, type Known, type LogForm } from "../../src/model/logs";

const line = (second: number, text: string): Entry =>
  entryOf({ time: new Date(second * 1000).toISOString(), level: "info", logger: "node-5000", node: "n0", message: text, values: {}, file: "node-5000.log" });
const texts = (list: Entry[]) => list.map((e) => e.text).join(" ");

test("lines that were read twice are there once", () => {
  const before = append([], [line(1, "a"), line(2, "b"), line(2, "b"), line(3, "c")]);
  expect(texts(before)).toBe("a b b c");
  const after = append(before, [line(2, "b"), line(2, "b"), line(3, "c"), line(3, "c"), line(4, "d")]);
  expect(texts(after)).toBe("a b b c c d");
  expect(append(after, [line(4, "d")])).toBe(after);
  expect(append(after, [])).toBe(after);
});

test("a line that was written late comes to its place", () => {
  expect(texts(append([line(1, "a"), line(3, "c")], [line(2, "b"), line(3, "c"), line(4, "d")]))).toBe("a b c d");
});

test("the newest lines are kept", () => {
  const list = append([], Array.from({ length: mostEntries + 10 }, (_, i) => line(i, String(i))));
  expect(list).toHaveLength(mostEntries);
  expect(list[0]!.text).toBe("10");
});

test("values of a log in JSON are part of the text", () => {
  const form = { time: "2026-11-28T12:00:00Z", level: "warn", logger: "x", node: "manager", message: "tip moved", values: { height: 4, by: "n1" }, file: "" };
  expect(entryOf(form).text).toBe("tip moved: height=4 by=n1");
});

test("a text is looked for as it is", () => {
  expect(literal("a.b(c)")).toBe("(?i)a\\.b\\(c\\)");
});

// aLog answers as the manager does, of lines one each second: 0 is the oldest.
function aLog(lines: number, page: number) {
  const form = (i: number): LogForm["entries"][number] =>
    ({ time: new Date(i * 1000).toISOString(), level: "info", logger: "x", node: "n0", message: String(i), values: {}, file: "" });
  return async ({ from = new Date(0).toISOString(), before }: { [key: string]: string }): Promise<LogForm> => {
    const low = Math.ceil(Date.parse(from) / 1000);
    const end = before === undefined ? lines : Date.parse(before.split("~")[0]!) / 1000;
    const start = Math.max(low, end - page);
    return { entries: Array.from({ length: end - start }, (_, i) => form(start + i)), more: start > low, before: `${new Date(start * 1000).toISOString()}~1` };
  };
}
const whole = ({ list }: Known) => list.every((e, i) => i === 0 || e.at === list[i - 1]!.at + 1000);

test("many lines at once leave no hole, and what was known stays", async () => {
  const first = joined(nothing, await newer(nothing, aLog(100, 10)));
  const known = preceded(first, await aLog(100, 10)({ before: first.before }));
  const now = joined(known, await newer(known, aLog(180, 10)));
  expect(now.list).toHaveLength(100);
  expect(now.list[0]!.text, "what was read of before").toBe("80");
  expect(whole(now)).toBe(true);
  expect(now.before).toBe(known.before);
});

test("where lines are cut, the older ones are read from there on", async () => {
  let known: Known = { ...nothing, most: 25 };
  for (const lines of [20, 30, 40]) known = joined(known, await newer(known, aLog(lines, 20)));
  expect(known.list.map((e) => e.text).join(" ")).toMatch(/^15 .* 39$/);
  expect(known).toMatchObject({ more: true, before: "1970-01-01T00:00:15.000Z~1" });
  known = preceded(known, await aLog(40, 20)({ before: known.before }));
  expect(known.list).toHaveLength(40);
  expect(whole(known)).toBe(true);
  known = joined(known, await newer(known, aLog(42, 20)));
  expect(whole(known), "older lines that were asked for make room for themselves").toBe(true);
  expect(known.list).toHaveLength(40);
});

test("more than is kept takes the place of what was known", async () => {
  let known: Known = { ...nothing, most: 25 };
  for (const lines of [20, 200]) known = joined(known, await newer(known, aLog(lines, 10)));
  expect(known.list[known.list.length - 1]!.text).toBe("199");
  expect(whole(known)).toBe(true);
  expect(known.more).toBe(true);
});
