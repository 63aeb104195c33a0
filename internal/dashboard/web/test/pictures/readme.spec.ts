import { join } from "node:path";
import type { Page } from "@playwright/test";
import { test, type Network } from "../browser/network";

// The README's pictures, of real networks, in both looks. PICTURES is the folder for them.

const folder = process.env.PICTURES ?? ".";
test.describe.configure({ timeout: 180_000 });

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(500); // the maps on canvas are painted anew
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
}

async function visit(page: Page, network: Network): Promise<void> {
  await page.goto(network.url);
  await page.evaluate(() => localStorage.setItem("networkmngr-hint", "false"));
  await page.reload();
  await page.locator("#tree [data-hash]").first().waitFor();
}

const tree = (page: Page, name: string) => page.locator("#tree").getByRole("button", { name });

test("a fork and its end", async ({ page, network }) => {
  await network.start(6);
  await network.post("/start/mining?min=0s&max=0s");
  await visit(page, network);
  await network.post("/network/partition", { groups: [["n0", "n1", "n2"], ["n3", "n4", "n5"]] });
  for (const n of ["n0", "n1", "n3", "n5", "n4"]) await network.post(`/nodes/${n}/mine`);
  await tree(page, "block 8 by n1, stale, tip of n0, n1, n2").waitFor();
  await tree(page, "block 9 by n4, on the best chain, tip of n3, n4, n5").waitFor();
  await take(page, "fork");
  await network.post("/network/heal");
  await tree(page, "block 9 by n4, on the best chain, tip of n0, n1, n2, n3, n4, n5").waitFor();
  await take(page, "heal");
});

test("how blocks spread", async ({ page, network }) => {
  await network.start(20);
  await visit(page, network);
  await network.post("/start/mining?mode=race&rounds=3");
  await page.locator("#tree").getByRole("button", { name: /tip of n0, n1, .*, n19$/ }).waitFor();
  await take(page, "spread");
});
