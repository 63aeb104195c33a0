import type { Page } from "@playwright/test";
import { expect, test } from "./network";

// streams lists the requests for what happens, as the page sends them.
function streams(page: Page): string[] {
  const sent: string[] = [];
  page.on("request", (request) => request.url().includes("/events?types=") && sent.push(request.url()));
  return sent;
}

// see has the page be seen, or not.
const see = (page: Page, seen: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, !seen);

test("after a gap the page reads anew what there is, and follows one stream", async ({ page, network }) => {
  await network.start(2);
  const opened = streams(page);
  let failures = 0;
  await page.route("**/events?types=*", async (route) => {
    if (opened.length > 1) return route.continue();
    await network.post("/nodes/n1/mine");
    const { offset } = await network.get<{ offset: number }>("/state");
    const gap = { offset, time: new Date().toISOString(), type: "gap", data: { first: 1, last: offset, reason: "expired" } };
    await page.route("**/state", (again) => (failures++ === 0 ? again.abort() : again.continue()));
    await route.fulfill({ contentType: "application/x-ndjson", body: `${JSON.stringify(gap)}\n` });
  });
  await page.goto(network.url);
  await expect.poll(() => failures).toBe(1);
  await see(page, true); // while /state is tried again
  await expect(page.locator("#tree").getByRole("button", { name: "block 1 by n1, on the best chain, tip of n0, n1" })).toBeVisible();
  await network.post("/nodes/n0/mine");
  await expect(page.locator("#tree").getByRole("button", { name: "block 2 by n0" })).toBeVisible();
  expect(opened.length).toBe(2);
});

test("a page that was hidden for long goes on where it was", async ({ page, network }) => {
  await page.clock.install();
  await network.start(2);
  const opened = streams(page);
  await page.goto(network.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/events?types="));
  await see(page, false);
  await page.clock.fastForward(31_000);
  await ended;
  await network.post("/nodes/n1/mine");
  await see(page, true);
  await expect(page.locator("#tree").getByRole("button", { name: "block 1 by n1" })).toBeVisible();
  expect(opened.length).toBe(2);
});

test("the page goes on after the manager was killed and has come back", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine");
  await network.together(1);
  await page.goto(network.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await network.kill();
  await expect(page.getByText("not live", { exact: true })).toBeVisible();
  expect((await page.locator(".top").boundingBox())!.height, "the top is one line").toBeLessThan(30);
  await expect(page.getByText(/The page has tried for/), "it is said aloud").toBeVisible();
  await network.start(2);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const back = page.locator(".banner.back");
  await expect(back).toContainText(/The manager was away for \d.* s, until \d\d:\d\d:\d\d\. Meanwhile .*n0, n1 came up/);
  await back.getByRole("button", { name: /dismiss/ }).click();
  await expect(back).toHaveCount(0);
  await network.post("/nodes/n1/mine");
  await expect(page.locator("#tree").getByRole("button", { name: "block 2 by n1, on the best chain, tip of n0, n1" })).toBeVisible();
});

test("a page that had not yet looked back says that the manager was away, too", async ({ page, network }) => {
  await network.start(1);
  let asked = false;
  await page.route("**/events?from=*", () => void (asked = true)); // which is not answered
  await page.goto(network.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await expect.poll(() => asked).toBe(true);
  await network.kill();
  await expect(page.getByText(/The page has tried for/)).toBeVisible();
  await network.start(1);
  await expect(page.locator(".banner.back")).toContainText(/The manager was away for \d/);
});

test("another network at the same address is taken up as it is", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=3");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: "block 3 by n0" })).toBeVisible();
  await network.end();
  await expect(page.getByText(/The page has tried for/)).toBeVisible();
  await network.start(1);
  await expect(page.locator(".banner.back")).toContainText("this page begins anew");
  await expect(page.locator("#tree").getByRole("button", { name: "genesis block, on the best chain, tip of n0" })).toBeVisible();
  await expect(page.locator("#tree").getByRole("button", { name: "block 3 by n0" })).toHaveCount(0);
});

test("a node that dies and returns", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await expect(page.getByText("2 nodes of 2 up")).toBeVisible();
  await network.post("/nodes/n1/kill");
  await expect(page.getByText("1 node of 2 up")).toBeVisible();
  await network.post("/nodes/n1/restart");
  await expect(page.getByText("2 nodes of 2 up")).toBeVisible();
});

test("what is loaded after the first picture is tried again until it is there", async ({ page, network }) => {
  await network.start(1);
  let attempts = 0;
  await page.route("**/rest.js", (route) => (attempts++ === 0 ? route.abort() : route.continue()));
  await page.goto(network.url);
  await expect.poll(() => attempts).toBeGreaterThan(0);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
});
