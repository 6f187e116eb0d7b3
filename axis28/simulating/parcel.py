"""What a worker is handed by its parent, over a socket that nobody else has: settings with their secrets."""

from __future__ import annotations

import pickle
import socket
import struct
from dataclasses import dataclass

from schemas.messages import Language
from simulator.settings import Settings

READY = b"r"
BEAT = b"."
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Parcel:
    """The settings of one worker, and the language in which it complains."""

    settings: Settings
    language: Language


def hand_over(to: socket.socket, parcel: Parcel) -> None:
    """Send the parcel. Raises ``OSError`` when the worker is gone already."""
    body = pickle.dumps(parcel)
    to.sendall(_LENGTH.pack(len(body)) + body)


def take_over(own: socket.socket) -> Parcel:
    """Wait for the parcel. Raises ``EOFError`` when the parent is gone."""
    (length,) = _LENGTH.unpack(_exactly(own, _LENGTH.size))
    parcel = pickle.loads(_exactly(own, length))  # noqa: S301 - from the parent that started this very process
    assert isinstance(parcel, Parcel)
    return parcel


def _exactly(own: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        chunk = own.recv(size - len(found))
        if not chunk:
            raise EOFError
        found += chunk
    return bytes(found)
