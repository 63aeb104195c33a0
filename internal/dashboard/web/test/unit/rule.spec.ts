import { expect, test } from "@playwright/test";
import { edit, emptyDraft, fill, ruleOf } from "../../src/model/rule";

test("a preset fills the fields and is asked by its name, until a field is another", () => {
  const filled = fill(emptyDraft(), "3g", { delay: "125ms", loss: "1.5%" });
  expect(filled.fields).toMatchObject({ delay: "125ms", loss: "1.5%", jitter: "" });
  expect(ruleOf(filled, ["n0"], ["n1"])).toEqual({ from: ["n0"], to: ["n1"], both: true, preset: "3g" });
  expect(ruleOf(edit(filled, "delay", " 1s "), ["n0"], ["n1"])).toEqual({ from: ["n0"], to: ["n1"], both: true, delay: "1s", loss: "1.5%" });
});

test("a rule is of both ways, of one, or of all", () => {
  const draft = { ...emptyDraft(), way: "back" as const };
  expect(ruleOf(draft, ["n0"], ["n1"])).toEqual({ from: ["n1"], to: ["n0"] });
  expect(ruleOf(emptyDraft(), ["all"], ["all"])).toEqual({ from: ["all"], to: ["all"] });
});
