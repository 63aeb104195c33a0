import type { Page } from "@playwright/test";
import type { Faults } from "../../src/api/faults";
import { playFaults } from "../played/faults";
import { played } from "../played/open";
import { expect, focusedAtOnce, mark, still, test } from "./network";

const bar = (page: Page) => page.getByRole("group", { name: "faults", exact: true });
const ask = (page: Page) => page.getByRole("group", { name: "cut the network" });

test("a line across the network cuts it, is shown first, and is undone", async ({ page }) => {
  await played(page, 6, playFaults, async (asked) => {
    await still(page);
    const box = (await page.locator("#graph .graph").boundingBox())!;
    const [x, y] = [box.x + box.width / 2 + 7, box.y];
    await page.mouse.move(x, y + 3);
    await page.mouse.down();
    await page.mouse.move(x, y + box.height - 3, { steps: 8 });
    await expect(page.locator(".knife .parted").first()).toBeAttached();
    await page.mouse.up();
    await expect(ask(page)).toBeVisible();
    expect(asked(), "what is shown is not done").toEqual({});
    await expect(ask(page).getByRole("button", { name: "cut", exact: true })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(bar(page)).toContainText("|");
    await expect(ask(page)).toHaveCount(0);
    const [p] = asked().partitions!;
    expect(p!.groups.flat().sort()).toEqual(["n0", "n1", "n2", "n3", "n4", "n5"]);
    expect(p!.groups.every((g) => g.length > 0)).toBe(true);
    await bar(page).getByRole("button", { name: "heal" }).click();
    await expect(bar(page)).toContainText("no faults");
    await bar(page).getByRole("button", { name: /^undo/ }).click();
    await expect(bar(page)).toContainText("|");
    expect(asked().partitions).toEqual([p]);
  });
});

test.describe("by touch", () => {
  test.use({ hasTouch: true });
  // The taps come at once after the line, when a browser that has taken that for a scroll
  // takes them for its end. On a narrow page a finger that goes up or down does scroll.
  for (const [width, height, across] of [[1280, 720, false], [390, 844, true]] as const)
    test(`a finger drawn across the network cuts it, and the first tap counts, at ${width}x${height}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await played(page, 6, playFaults, async (asked) => {
        await mark(page, "n0").scrollIntoViewIfNeeded();
        await still(page);
        const box = (await page.locator("#graph .graph").boundingBox())!;
        const touches = await page.context().newCDPSession(page);
        const touch = (type: "touchStart" | "touchMove" | "touchEnd", part = 0) => {
          const [x, y] = across ? [box.x + 3 + (box.width - 6) * part, box.y + box.height / 2 + 7] : [box.x + box.width / 2 + 7, box.y + 3 + (box.height - 6) * part];
          return touches.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
        };
        await touch("touchStart");
        for (let part = 1; part <= 8; part++) await touch("touchMove", part / 8);
        await touch("touchEnd");
        await ask(page).getByRole("button", { name: "cut", exact: true }).tap();
        await expect(bar(page).getByRole("button", { name: /\|/ })).toBeVisible();
        expect(asked().partitions![0]!.groups.flat().sort()).toEqual(["n0", "n1", "n2", "n3", "n4", "n5"]);
        await mark(page, "n0").tap();
        await expect(page.getByRole("dialog", { name: "Node n0" })).toBeVisible();
      });
    });
});

test("Escape forgets a line, and a click draws none", async ({ page }) => {
  await played(page, 6, playFaults, async (asked) => {
    await still(page);
    const box = (await page.locator("#graph .graph").boundingBox())!;
    await page.mouse.click(box.x + 4, box.y + 4);
    await expect(ask(page)).toHaveCount(0);
    await page.mouse.move(box.x + box.width / 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 2, { steps: 4 });
    await focusedAtOnce(page, "[aria-label='cut the network']", () => page.mouse.up());
    await page.keyboard.press("Escape");
    await expect(ask(page)).toHaveCount(0);
    await expect(page.locator(".knife")).toHaveCount(0);
    expect(asked()).toEqual({});
  });
});

// On a real network, as it is the manager that keeps the cuts.
test("a second cut comes beside the first; one is joined, undone, and done again", async ({ page, network }) => {
  await network.start(4);
  await page.goto(network.url);
  const cutOff = async (name: string, ...also: string[]) => {
    for (const n of [name, ...also]) await mark(page, n).press("x");
    await ask(page).getByRole("button", { name: "cut", exact: true }).click();
    await expect(ask(page)).toHaveCount(0);
  };
  await cutOff("n0");
  await expect(bar(page)).toContainText("n0 | n1 n2 n3");
  await cutOff("n0", "n1");
  const both = "n0 | n1 n2 n3; n0 n1 | n2 n3";
  await expect(bar(page)).toContainText(both);
  const names = async () => (await network.get<{ desired: Faults }>("/network/faults")).desired.partitions?.map((p) => p.name);
  expect(await names()).toEqual(["cut 1", "cut 2"]);
  await bar(page).getByRole("button", { name: /^undo/ }).click();
  await expect(bar(page)).not.toContainText(";");
  expect(await names()).toEqual(["cut 1"]);
  await bar(page).getByRole("button", { name: /^undo/ }).click();
  await expect(bar(page)).toContainText(both);
  await bar(page).getByRole("button", { name: both }).click();
  const first = page.getByRole("dialog").getByRole("listitem").filter({ hasText: "cut 1" });
  await first.getByRole("button", { name: "join" }).click();
  await expect(first).toHaveCount(0);
  expect(await names()).toEqual(["cut 2"]);
});

test("by keyboard, nodes are chosen and cut from the rest", async ({ page }) => {
  await played(page, 4, playFaults, async (asked) => {
    await page.locator("[data-node=n0]").focus();
    await page.keyboard.press("x");
    await expect(ask(page)).toContainText("n0 | the rest");
    await page.keyboard.press("x");
    await expect(ask(page)).toHaveCount(0);
    await page.keyboard.press("x");
    await page.getByLabel("how it is cut").selectOption("there");
    await ask(page).getByRole("button", { name: "cut", exact: true }).press("Enter");
    await expect(bar(page)).toContainText("n0 → n1 n2 n3");
    expect(asked().partitions![0]).toMatchObject({ groups: [["n0"], ["n1", "n2", "n3"]], oneway: true });
  });
});

test("a link is slowed down by a preset, shows its delay, and what it achieves", async ({ page }) => {
  await played(page, 3, playFaults, async (asked) => {
    await page.getByRole("button", { name: "faults", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "n0 – n1" }).click();
    const dialog = page.getByRole("dialog", { name: "Link n0 – n1" });
    await expect(dialog).toContainText("126 ms");
    await dialog.getByLabel("preset").selectOption("3g");
    await expect(dialog.getByLabel("delay", { exact: true })).toHaveValue("125ms");
    await dialog.getByRole("button", { name: "set", exact: true }).click();
    await expect(dialog).toContainText("3g: delay 125ms, 750kbit/s, loss 1.5%");
    expect(asked().links).toEqual([{ from: ["n0"], to: ["n1"], both: true, preset: "3g" }]);
    await page.keyboard.press("Escape");
    await expect(page.locator(".graph .faults text")).toHaveText("125ms");
    await page.goto(`${page.url().split("#")[0]}#link/n0~n1`);
    await dialog.getByLabel("delay", { exact: true }).fill("20ms");
    await dialog.getByLabel("direction").selectOption("back");
    await dialog.getByRole("button", { name: "set", exact: true }).click();
    await expect.poll(() => asked().links).toEqual([{ from: ["n1"], to: ["n0"], delay: "20ms" }]);
  });
});

test("a click on a link opens it", async ({ page }) => {
  await played(page, 2, playFaults, async () => {
    const at = async (name: string) => (await page.locator(`[data-node=${name}] .body`).boundingBox())!;
    await still(page);
    const [a, b] = [await at("n0"), await at("n1")];
    await page.mouse.click((a.x + b.x + a.width / 2 + b.width / 2) / 2, (a.y + b.y + a.height / 2 + b.height / 2) / 2);
    await expect(page.getByRole("dialog", { name: "Link n0 – n1" })).toBeVisible();
  });
});

test("nodes in regions stand by them, as far apart as messages take", async ({ page }) => {
  await played(page, 6, playFaults, async (asked) => {
    await page.getByRole("button", { name: "faults", exact: true }).click();
    await page.getByLabel("table of regions").selectOption("planet-2019");
    await page.getByRole("button", { name: "put nodes there" }).click();
    await expect.poll(() => asked().regions?.members).toEqual({ na: ["n0", "n3"], eu: ["n1", "n4"], asia: ["n2", "n5"] });
    await page.keyboard.press("Escape");
    await expect(page.locator(".region text")).toHaveText(["na", "eu", "asia"]);
    const at = async (name: string) => (await page.locator(`[data-node=${name}] .body`).boundingBox())!;
    const apart = async (a: string, b: string) => {
      const [p, q] = [await at(a), await at(b)];
      return Math.hypot(p.x + p.width / 2 - q.x - q.width / 2, p.y + p.height / 2 - q.y - q.height / 2);
    };
    await expect.poll(async () => (await apart("n0", "n3")) < (await apart("n0", "n1"))).toBe(true);
    await expect.poll(async () => (await apart("n1", "n2")) - (await apart("n0", "n1"))).toBeGreaterThan(0);
  });
});

test("times with faults are bands on the timeline", async ({ page }) => {
  await played(page, 4, playFaults, async (_, manager) => {
    await page.keyboard.press("5");
    const bands = page.locator(".bands rect");
    await expect(bands).toHaveCount(0);
    manager.happen("faults-changed", { generation: 1, desired: { partitions: [{ groups: [["n0"], ["n1"]] }] }, partitions: [{ name: "x", groups: [["n0"], ["n1"]], how: "silent", oneway: false }], pending: [], done: "n0 | n1 are cut apart" });
    await expect(bands).toHaveCount(1);
    await expect(bands.locator("title")).toContainText("n0 | n1 are cut apart");
    await expect(page.getByRole("row").filter({ hasText: "n0 | n1 are cut apart" })).toBeVisible();
    manager.happen("faults-changed", { generation: 2, desired: {}, partitions: [], pending: [], done: "healed" });
    await expect(page.getByRole("row").filter({ hasText: "healed" })).toBeVisible();
    await expect(bands).toHaveCount(1);
  });
});

test("each act on faults can be copied as curl, and what is copied is not done", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await played(page, 4, playFaults, async (asked, manager) => {
    const url = page.url().split("#")[0]!;
    manager.happen("faults-changed", { generation: 1, desired: {}, partitions: [], pending: [], done: "healed" });
    await page.locator("[data-node=n1]").focus();
    await page.keyboard.press("x");
    const acts: string[] = [];
    const copyAll = async (within: string) => {
      for (const act of await page.locator(`${within} .act:enabled`).all()) {
        await page.evaluate(() => navigator.clipboard.writeText(""));
        await act.click({ modifiers: ["Alt"] });
        await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe((await act.getAttribute("title"))!.split("\n")[0]!);
        acts.push(await page.evaluate(() => navigator.clipboard.readText()));
      }
    };
    await copyAll("#graph .ask");
    await page.goto(`${url}#faults`);
    await page.getByRole("dialog").waitFor();
    await copyAll("dialog");
    await page.goto(`${url}#link/n0~n1`);
    await page.getByRole("dialog", { name: /^Link/ }).waitFor();
    await copyAll("dialog");
    expect(acts[0]).toBe(`curl -X POST -H 'Content-Type: application/json' -d '{"name":"cut 1","groups":[["n1"],["n0","n2","n3"]],"how":"silent"}' '${url}network/partition'`);
    expect(acts).toContain(`curl -X PUT -H 'Content-Type: application/json' -d '{"from":["n0"],"to":["n1"],"both":true}' '${url}network/links'`);
    expect(asked(), "what is copied is not done").toEqual({});
  });
});
