"""A web server with a picture at every address, each different, and with the faults that addresses of pictures have.

It prints its port and ends when its standard input closes. /404/... is not there, /html/... is a page, /silent/... is never
answered, /long/... has more bytes than a picture may have.
"""

import hashlib
import struct
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(path):
    """A PNG of 8 x 8 pixels in colours of the path's own."""
    digest = hashlib.sha256(path.encode()).digest() * 6
    rows = b"".join(b"\0" + digest[row * 24 : row * 24 + 24] for row in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Handler(BaseHTTPRequestHandler):
    requests = []

    def do_GET(self):
        Handler.requests.append(self.path)
        kind = self.path.split("/")[1]
        if self.path == "/requests":
            self.answer(200, "text/plain", str(len(Handler.requests) - 1).encode())
            Handler.requests.pop()
        elif kind == "404":
            self.answer(404, "text/plain", b"no")
        elif kind == "html":
            self.answer(200, "image/png", b"<html><body>Please sign in</body></html>")
        elif kind == "silent":
            time.sleep(600)
        elif kind == "long":
            self.answer(200, "image/png", picture(self.path) + b"\0" * 11 * 1024 * 1024)
        else:
            self.answer(200, "image/png", picture(self.path))

    def answer(self, status, mime_type, body):
        self.send_response(status)
        self.send_header("Content-Type", mime_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # A caller that hangs up is a part of the tests.


server = Server(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
