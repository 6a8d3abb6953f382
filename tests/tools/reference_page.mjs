// Opens the reference page in Debian's Chromium. Usage: reference_page.mjs SERVER PICTURE
// Fails when the page asks anyone but the server, logs an error, or does not show the operations.

import { visit } from "./browser.mjs";

const [server, picture] = process.argv.slice(2);
await visit("the reference page", server, { width: 1280, height: 900 }, async (page, problems) => {
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
});
