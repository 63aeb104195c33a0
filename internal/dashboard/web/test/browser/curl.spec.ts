import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { expect, test } from "./network";

const token = "a-token-of-the-class";
test.use({ ignoreHTTPSErrors: true });

// The tests' own requests take the certificate that the manager has made.
test.beforeEach(() => void (process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"));
test.afterEach(() => void delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);

// shell runs a command as whoever pastes it does, and returns the answer.
async function shell(command: string): Promise<Record<string, unknown>> {
  const env = { ...process.env, NETWORKMNGR_TOKEN: token };
  const { stdout } = await promisify(execFile)("bash", ["-c", command], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

// commandOf is what a button copies.
async function commandOf(page: Page, name: RegExp): Promise<string> {
  return (await page.getByRole("button", { name }).first().getAttribute("title"))!.split("\n")[0]!;
}

test("what is copied works in a shell, with TLS and before the page knows the token", async ({ page, network }) => {
  await network.start(2, "-H", "0.0.0.0", "--tls", "--token", token);
  await page.goto(network.url);
  const mine = await commandOf(page, /^mine in turns/);
  expect(await shell(mine)).toMatchObject({ message: "mining 1 round, or until /stop/mining" });
  await page.locator("#tree").getByRole("button", { name: /^block 2 by n1/ }).click();
  await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void ((window as unknown as { copied: string }).copied = text)));
  await page.getByRole("button", { name: "copy as curl" }).first().click();
  expect(await shell(await page.evaluate(() => (window as unknown as { copied: string }).copied))).toMatchObject({ block: { index: 2 } });
  await expect(shell(mine.replace(/sha256\/\/.{8}/, "sha256//AAAAAAAA")), "another server gets nothing").rejects.toThrow("public key does not match");
});
