import type { Page } from "@playwright/test";
import { expect, place, test } from "./network";

const seconds = 5;

test("while the nodes mine on all cores, few pictures are drawn, and blocks are seen all the same", async ({ page, network }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 3 }));
  await network.start(3);
  await page.goto(network.url);
  await place(page, "n0");
  await network.post("/start/mining?mode=race&continuous=true");
  await expect(page.locator("#tree [data-hash]").nth(2)).toBeVisible();
  const before = await height(page);
  expect(await frames(page), `animation frames in ${seconds} s`).toBeLessThan(4 * seconds);
  expect(await height(page)).toBeGreaterThan(before);
});

async function height(page: Page): Promise<number> {
  return Number(await page.locator('[data-figure="height"] .value').innerText());
}

// frames counts those that the page asks for.
function frames(page: Page): Promise<number> {
  return page.evaluate(async (ms) => {
    const own = window.requestAnimationFrame;
    let count = 0;
    window.requestAnimationFrame = (does) => (count++, own.call(window, does));
    await new Promise((resolve) => setTimeout(resolve, ms));
    window.requestAnimationFrame = own;
    return count;
  }, 1000 * seconds);
}
