#!/usr/bin/env python3
"""A reverse proxy with TLS in front of the simulator.

Published clients insist on https. The relay speaks it with whatever certificate it is given, passes every request on
unchanged, and puts its own address where the answer names the simulator's, as a site's proxy does.
"""

import argparse
import http.client
import signal
import ssl
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# They describe one connection, not the message.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


@dataclass(frozen=True)
class Exchange:
    """One request and what was answered."""

    method: str
    path: str
    query: str
    body: bytes
    status: int
    content_type: str
    answer: bytes


class Relay(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and passes on to `upstream`; `watch` is called with every exchange."""

    daemon_threads = True

    def __init__(self, listen, upstream, certificate=None, key=None, watch=None):
        super().__init__(("127.0.0.1", listen), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.watch = watch
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"

    @property
    def netloc(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def readdress(self, text: bytes) -> bytes:
        """Puts the relay's address where the simulator's stands."""
        own = self.netloc.encode()
        there = self.upstream.encode()
        text = text.replace(b"http://" + there, self.scheme.encode() + b"://" + own)
        return text.replace(there, own)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = http.client.HTTPConnection(self.server.upstream, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            # What is passed on must be readable to the watcher.
            headers["Accept-Encoding"] = "identity"
            there.request(self.command, self.path, body=body or None, headers=headers)
            answer = there.getresponse()
            text = answer.read()
            parts = urlsplit(self.path)
            if self.server.watch:
                content_type = answer.headers.get("Content-Type", "")
                seen = Exchange(self.command, parts.path, parts.query, body, answer.status, content_type, text)
                self.server.watch(seen)
            text = self.server.readdress(text)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, self.server.readdress(value.encode("latin-1")).decode("latin-1"))
            if answer.status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        finally:
            there.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = relay

    def log_message(self, *_):
        """Says nothing: the clients report what went wrong."""


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--upstream", required=True, help="the simulator's address, such as http://127.0.0.1:8099")
    parser.add_argument("--listen", type=int, default=0, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--certificate", help="PEM file; with it https is spoken")
    parser.add_argument("--key", help="PEM file of the certificate's key")
    return parser


def serve(relay):
    """Prints the address and serves until SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    print(f"listening on {relay.scheme}://{relay.netloc}", flush=True)
    stopped.wait()
    relay.shutdown()


if __name__ == "__main__":
    given = arguments(__doc__.splitlines()[0]).parse_args()
    serve(Relay(given.listen, given.upstream, given.certificate, given.key))
    sys.exit(0)
