"""A stand-in for Stripe: localstripe, which keeps nothing. It ends when its standard input closes.

Prints the port it listens on.
"""

import asyncio
import sys
import threading

from aiohttp import web
from localstripe.resources import store
from localstripe.server import app

# Between tests there is nothing to remember, and the file would be one for all of them.
store.dump_to_disk = lambda: None


async def main():
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()
    await runner.cleanup()


asyncio.run(main())
