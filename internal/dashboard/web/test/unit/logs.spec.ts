import { expect, test } from "@playwright/test";
import { append, entryOf, literal, mostEntries, type Entry } from "../../src/model/logs";

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
