import type { Page } from "@playwright/test";
import { expect, lookAs, test } from "./network";

const panel = (page: Page) => page.locator("#tabs");
const row = (page: Page, name: string) => panel(page).getByRole("row").filter({ hasText: name });

test("links are listed with their groups, and a marked group's share of them is told", async ({ page, network }) => {
  await network.start(3, "--group-by", `label:one=${network.port + 1},two=${network.port + 2}-${network.port + 3}`);
  await page.goto(network.url);
  await page.keyboard.press("6");
  await expect(panel(page)).toContainText("3 links in all");
  await panel(page).getByLabel("attacker").selectOption("two");
  await expect(panel(page)).toContainText(/has \d+ % of them/);
  await expect(panel(page).getByRole("img", { name: /Rows dialled columns/ })).toBeVisible();
});

test("a node's links are ended and made, and bans listed and lifted", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await page.keyboard.press("6");
  await lookAs(page, "n0");
  await row(page, "n1").getByRole("button", { name: "ban n1" }).click();
  const bans = panel(page).getByRole("list", { name: "whom n0 keeps out" });
  await expect(bans).toContainText("n1 is kept out until");
  await expect(row(page, "n1")).toHaveCount(0);
  await bans.getByRole("button", { name: "unban n1" }).click();
  await expect(bans.getByRole("listitem")).toHaveCount(0);
  await expect(row(page, "n1")).toHaveCount(1);

  await row(page, "n2").getByRole("button", { name: "disconnect n2" }).click();
  await expect(bans).toContainText("disconnected by hand");
  await expect(row(page, "n2")).toHaveCount(0);
  await bans.getByRole("button", { name: "unban n2" }).click();
  await expect(row(page, "n2")).toHaveCount(1);
});
