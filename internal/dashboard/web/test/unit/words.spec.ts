import { expect, test } from "@playwright/test";
import { cut } from "../../src/parts/words";

test("names that begin alike are told apart where there is little room", () => {
  expect([cut("node-of-somebody-0", 7), cut("node-of-somebody-1", 7)]).toEqual(["nod…y-0", "nod…y-1"]);
  expect([cut("n10000", 4), cut("n1", 4), cut("abcd", 4), cut("abcde", 1)]).toEqual(["n1…0", "n1", "abcd", "…"]);
});
