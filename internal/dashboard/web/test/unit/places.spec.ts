import { expect, test } from "@playwright/test";
import { fit, Places, ticks, type Place } from "../../src/model/places";
import { random } from "./random";

const names = (n: number) => Array.from({ length: n }, (_, i) => `n${i}`);
const mesh = (ids: string[]) => ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const));

function arranged(ids: string[], links: (readonly [string, string])[], places = new Places()): Places {
  places.arrange(ids, links);
  expect(places.settle(ticks)).toBe(false);
  return places;
}

const distance = (p: Places, a: string, b: string) => Math.hypot(p.at.get(a)!.x - p.at.get(b)!.x, p.at.get(a)!.y - p.at.get(b)!.y);

test("an arrangement takes its ticks, and then stands still", () => {
  const places = new Places();
  places.arrange(names(20), mesh(names(20)));
  expect(places.settle(ticks - 1)).toBe(true);
  expect(places.settle(1)).toBe(false);
  const still = JSON.stringify([...places.at]);
  places.settle(50);
  expect(JSON.stringify([...places.at])).toBe(still);
});

test("few that nobody has placed are on an even ring at once", () => {
  const places = new Places();
  places.arrange(names(6), mesh(names(6)));
  expect(places.settle(ticks), "nothing is left to do").toBe(false);
  for (const [i, name] of names(6).entries()) expect(distance(places, name, names(6)[(i + 1) % 6]!)).toBeCloseTo(72);
});

test("nodes are apart, however many and however they are linked", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const below = random(seed);
    const ids = names(1 + below(60));
    const links = Array.from({ length: ids.length * 3 }, () => [ids[below(ids.length)]!, ids[below(ids.length)]!] as const).filter(([a, b]) => a !== b);
    const places = arranged(ids, links);
    const nearest = Math.min(...mesh(ids).map(([a, b]) => distance(places, a, b)));
    expect(nearest, `${ids.length} nodes of seed ${seed}`).toBeGreaterThan(15);
  }
});

test("the linked are nearer to each other than to others", () => {
  const ids = names(40);
  const places = arranged(ids, [...mesh(ids.slice(0, 20)), ...mesh(ids.slice(20))]);
  const mean = (pairs: (readonly [string, string])[]) => pairs.reduce((sum, [a, b]) => sum + distance(places, a, b), 0) / pairs.length;
  const across = ids.slice(0, 20).flatMap((a) => ids.slice(20).map((b) => [a, b] as const));
  expect(mean(mesh(ids.slice(0, 20)))).toBeLessThan(mean(across) / 1.2);
});

test("who leaves and comes back is where it was", () => {
  const ids = names(30);
  const links = ids.map((id, i) => [id, ids[(i + 1) % 30]!] as const);
  const places = arranged(ids, links);
  const before = { ...places.at.get("n7")! };
  arranged(ids.filter((id) => id !== "n7"), links.filter((l) => !l.includes("n7")), places);
  expect(places.at.get("n7"), "its place is kept").toEqual(before);
  places.arrange(ids, links);
  expect(places.at.get("n7"), "it begins there").toEqual(before);
  places.settle(ticks);
  const { x, y } = places.at.get("n7")!;
  expect(Math.hypot(x - before.x, y - before.y), "and stays about there").toBeLessThan(distance(places, "n6", "n7"));
});

test("who is pinned stays, in this arrangement and in the next", () => {
  const places = new Places();
  places.arrange(names(6), mesh(names(6)));
  places.settle(10);
  places.pin("n2", 500, 300);
  places.settle(ticks);
  arranged(names(7), mesh(names(7)), places);
  expect(places.at.get("n2")).toEqual({ x: 500, y: 300, pinned: true });
  places.forget();
  arranged(names(6), mesh(names(6)), places);
  expect(places.at.get("n2")!.pinned).toBe(false);
});

test("a fit shows all places", () => {
  const at = (x: number, y: number): Place => ({ x, y, pinned: false });
  for (const places of [[at(-1000, 5), at(2000, 900), at(3, -70)], [at(5, 5)], [at(0, 0), at(0, 10)]]) {
    const f = fit(places, 400, 200, 20);
    for (const p of places) {
      const [x, y] = [f.x + p.x * f.across, f.y + p.y * f.down];
      expect(x >= 19.9 && x <= 380.1 && y >= 19.9 && y <= 180.1, `${p.x} ${p.y} at ${x} ${y}`).toBe(true);
    }
  }
  expect(fit([], 400, 200, 20)).toEqual({ x: 200, y: 100, across: 1, down: 1 });
});
