"""A real HTTP server that takes what is posted to it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Keeps what it took; ``answer`` is the status that it gives; one that ``drips`` never ends."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answer = 201
        self.drips = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.answer < 400:
            self.server.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
        with suppress(ConnectionError):
            while self.server.drips:
                self.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                time.sleep(0.05)
            self._say(self.server.answer, {})

    def do_GET(self) -> None:
        reference = self.path.partition("reference=")[2]
        had = [b for _h, b in self.server.taken if json.loads(b)["reference"] == reference]
        self._say(200, {"notifications": [{} for _ in had]})

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()
