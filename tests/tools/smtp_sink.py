"""A mail server for tests: writes each mail it takes as a JSON file and ends when its standard input closes.

Usage: smtp_sink.py FOLDER REPLY PORT (0: any). Prints the port it listens on.
"""

import asyncio
import email
import email.policy
import json
import os
import sys

from aiosmtpd.smtp import SMTP


class Keep:
    def __init__(self, folder, reply):
        self.folder = folder
        self.reply = reply
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        if not self.reply.startswith("250"):
            return self.reply
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (body := mail.get_body((kind,))) and body.get_content() or ""
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "text": part("plain"),
            "html": part("html"),
        }
        self.count += 1
        path = os.path.join(self.folder, f"{self.count:05}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        # Readers must never see half a file.
        os.rename(path + ".part", path)
        return self.reply


async def main(folder, reply, port):
    loop = asyncio.get_running_loop()
    keep = Keep(folder, reply)
    server = await loop.create_server(lambda: SMTP(keep, loop=loop), host="127.0.0.1", port=port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
