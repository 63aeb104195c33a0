import type { Page } from "@playwright/test";
import { expect, place, test } from "./network";

const seconds = 5;

test("while the nodes mine on all cores and transfers pour in, few pictures are drawn, and blocks are seen all the same", async ({ page, network }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 3 }));
  await network.start(3);
  await page.goto(network.url);
  await place(page, "n0");
  const loaded = network.load(4 * seconds);
  await expect(page.locator("#tree [data-hash]").nth(2)).toBeVisible();
  const before = await height(page);
  await expect.poll(() => frames(page), { message: `animation frames in ${seconds} s`, timeout: 3 * seconds * 1000 }).toBeLessThan(4 * seconds);
  expect(await height(page)).toBeGreaterThan(before);
  expect(await loaded).toBeGreaterThan(0);
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
