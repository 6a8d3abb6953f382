// Plays a member on a phone who follows the mail's link to pay a renewal. Usage: pay_page.mjs SERVER PAGE PICTURE
// Fails when the page does not show the amount, does not fit on the phone, or does not say that it is paid.

import { visit } from "./browser.mjs";

const [server, link, picture] = process.argv.slice(2);
await visit("the page to pay on", server, { width: 390, height: 844 }, async (page, problems) => {
  await page.goto(link);
  const text = await page.evaluate(() => document.body.innerText);
  if (!text.includes("£64.95")) problems.push(`shows no amount: ${text}`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 390) problems.push(`is ${width} pixels wide`);
  await page.screenshot({ path: picture });
  const pay = page.getByRole("button").first();
  const box = await pay.boundingBox();
  if (box.height < 44) problems.push(`has a button of ${box.height} pixels, too small for a thumb`);
  await pay.click();
  await page.getByText("Thank you").waitFor({ timeout: 30_000 });
});
