import { expect, test } from "./network";

test("a link into the page changes nothing, whatever stands after its #", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  for (const hash of ["transfer/..%2f..%2f..%2fshutdown%2fn1%23", "block/..%2f..%2f..%2fstart%2fmining%23", "node/..%2fx", "node/..", "account/..%2f..", "constructor/x", "%E0%A4%A"]) {
    await page.goto(`${network.url}/#${hash}`);
    await page.reload();
    await expect(page.locator("#tree").getByRole("button", { name: /^block 1/ })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  expect(asked.filter((path) => !/^\/(dashboard\/[\w.]+|state|events|blockchain|nodes\/n\d\/\w+|)$/.test(path))).toEqual([]);
  expect((await network.get<{ running: number }>("/nodes")).running).toBe(2);
});

test("what the page reads by itself carries no token", async ({ page, network }) => {
  await network.start(1);
  await page.addInitScript(() => sessionStorage.setItem("networkmngr-token", "a-token-of-the-class"));
  const bearers = new Map<string, boolean>();
  page.on("request", (request) => bearers.set(request.method(), bearers.get(request.method()) === true || request.headers().authorization !== undefined));
  await page.goto(network.url);
  for (const tab of ["1", "2", "3", "4", "5", "6"]) await page.keyboard.press(tab);
  await page.keyboard.press("m");
  await expect(page.locator("#tree").getByRole("button", { name: /^block 1/ })).toBeVisible();
  expect(Object.fromEntries(bearers)).toEqual({ GET: false, POST: true });
});
