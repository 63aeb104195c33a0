import { expect, test } from "@playwright/test";
import { recall, remember } from "../../src/storage";

const area = "sessionStorage";
const before = Object.getOwnPropertyDescriptor(globalThis, area);

const have = (storage: () => unknown) => Object.defineProperty(globalThis, area, { get: storage, configurable: true });

test.afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(globalThis, area);
  else Object.defineProperty(globalThis, area, before);
});

test("what is remembered is recalled", () => {
  const kept = new Map<string, string>();
  have(() => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => kept.set(key, text) }));
  remember(area, "key", "text");
  expect(recall(area, "key")).toBe("text");
  expect(recall(area, "other")).toBeNull();
});

test("a browser that keeps nothing recalls nothing, and none of it fails", async () => {
  have(() => {
    throw new Error("storage is blocked");
  });
  remember(area, "key", "text");
  expect(recall(area, "key")).toBeNull();
  const { setToken, headers } = await import("../../src/api/client");
  setToken("a token");
  expect(headers({ method: "POST" }).Authorization).toBe("Bearer a token");
});

test("a full storage is no failure", () => {
  have(() => ({
    getItem: () => null,
    setItem: () => {
      throw new Error("no more room");
    },
  }));
  expect(() => remember(area, "key", "text")).not.toThrow();
});
