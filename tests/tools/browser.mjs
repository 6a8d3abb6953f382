// Debian's Chromium for the tests of pages. What a page should not do is noted: to ask anyone but the server, to log an error,
// to get one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

// Opens a page, hands it to `look`, and ends with 1 when anything was wrong, each told on a line that begins with `name`.
export async function visit(name, server, viewport, look) {
  const profile = mkdtempSync(join(tmpdir(), "marzipan-browser-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.MARZIPAN_TEST_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport,
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
    await look(page, problems);
  } catch (error) {
    problems.push(`does not do as expected: ${error}`);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
  for (const problem of problems) console.error(`${name} ${problem}`);
  process.exit(problems.length === 0 ? 0 : 1);
}
