"""A plain TCP proxy: what stands between a vendor's DMS and an axis in most networks."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, host: str, port: int, pumps: list[threading.Thread]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        try:
            upstream = socket.create_connection((host, port), timeout=10)
        except OSError:
            client.close()
            continue
        upstream.settimeout(None)
        pair = [
            threading.Thread(target=_both_ways, args=(client, upstream), daemon=True),
        ]
        for thread in pair:
            thread.start()
        pumps.extend(pair)


def _both_ways(client: socket.socket, upstream: socket.socket) -> None:
    with client, upstream:
        back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
        back.start()
        _pump(client, upstream)
        back.join()


@contextlib.contextmanager
def proxied(url: str) -> Iterator[str]:
    """Give an address on a free port that leads to ``url`` (``http://host:port[/path]``), byte for byte."""
    rest = url.removeprefix("http://")
    address, _, path = rest.partition("/")
    host, _, port = address.partition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    pumps: list[threading.Thread] = []
    acceptor = threading.Thread(target=_serve, args=(listener, host, int(port or 80), pumps), daemon=True)
    acceptor.start()
    try:
        own = listener.getsockname()[1]
        yield f"http://127.0.0.1:{own}" + (f"/{path}" if path else "")
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(timeout=10)
        for thread in pumps:
            thread.join(timeout=10)
