// Plays a shopper on a phone whom the sandbox's bank asks. Usage: bank_page.mjs SERVER PAGE BACK PICTURE
// Fails when the page does not show the amount, does not fit on the phone, or does not lead back to the shop.

import { visit } from "./browser.mjs";

const [server, bank, back, picture] = process.argv.slice(2);
await visit("the bank's page", server, { width: 390, height: 844 }, async (page, problems) => {
  await page.goto(bank);
  const text = await page.evaluate(() => document.body.innerText);
  if (!text.includes("£14.95")) problems.push(`shows no amount: ${text}`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 390) problems.push(`is ${width} pixels wide`);
  await page.screenshot({ path: picture });
  const yes = page.getByRole("button").first();
  const box = await yes.boundingBox();
  if (box.height < 44) problems.push(`has a button of ${box.height} pixels, too small for a thumb`);
  await yes.click();
  await page.waitForURL((url) => url.href.startsWith(back), { timeout: 30_000 });
});
