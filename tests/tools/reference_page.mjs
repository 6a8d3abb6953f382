// Opens the reference page in Debian's Chromium. Usage: reference_page.mjs SERVER PICTURE
// Fails when the page asks anyone but the server, logs an error, or does not show the operations.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [server, picture] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "marzipan-browser-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.MARZIPAN_TEST_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1280, height: 900 },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const problems = [];
try {
  const page = await browser.newPage();
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${server}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) {
      problems.push(`asks for ${url}`);
    }
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`logs ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`fails with ${error}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`gets ${response.status()} for ${response.url()}`);
  });

  await page.goto(`${server}/docs`);
  // Operations of the storefront, by the summary's tag and by their path.
  await page.getByText("/account/logout").first().waitFor({ state: "attached", timeout: 30_000 });
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: picture });
  const text = await page.evaluate(() => document.body.innerText);
  if (text.length < 500) problems.push(`shows little: ${text}`);

  // The admin API is one choice away.
  const choices = await page.locator("select option").allTextContents();
  const admin = choices.find((choice) => /admin/i.test(choice));
  if (admin === undefined) throw new Error(`offers only ${choices}`);
  await page.locator("select", { hasText: admin }).first().selectOption({ label: admin });
  await page.getByText("/admin/v1/settings").first().waitFor({ state: "attached", timeout: 30_000 });
  await page.waitForLoadState("networkidle");
} catch (error) {
  problems.push(`does not do as expected: ${error}`);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}

for (const problem of problems) console.error(`the reference page ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
