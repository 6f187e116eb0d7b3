"""The secrets of systems at rest: sealed with a key that stands in a file of its own.

The protocol's HMAC needs the text of a secret, so it cannot be hashed. In the store it is sealed with AES-256-GCM and
bound to its system: a copy of the database, or a row moved to another system, gives nothing away without the key.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "secrets.key"
_KEY = 32
_NONCE = 12
_SEALED = "sealed:1:"


class KeyUnusable(Exception):  # noqa: N818 - said to the user as it is
    """The key file cannot be used: ``rule`` is the message that says why."""

    def __init__(self, rule: str, path: Path, problem: object = "") -> None:
        super().__init__(f"{rule}: {path}: {problem}")
        self.rule = rule
        self.path = path
        self.problem = problem


class NotOurs(ValueError):  # noqa: N818 - says what was found
    """What is sealed was sealed with another key, or for another system."""


class Seal:
    """Seals and opens secrets with one key of 32 bytes; ``new`` tells that it was made a moment ago."""

    def __init__(self, key: bytes, *, new: bool = False) -> None:
        self._box = AESGCM(key)
        self.new = new
        self.fingerprint = hashlib.sha256(b"axis28 secrets key\0" + key).hexdigest()[:32]
        """What tells this key from another one without telling the key."""

    def seal(self, system_id: str, secret: str) -> str:
        """Give the form of a secret in which it may lie on a disk; another one each time."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._box.encrypt(nonce, secret.encode("utf-8"), system_id.encode("utf-8"))
        return _SEALED + base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, system_id: str, sealed: str) -> str:
        """Give the secret. Raises ``NotOurs``."""
        try:
            raw = base64.b64decode(sealed.removeprefix(_SEALED), validate=True)
            return self._box.decrypt(raw[:_NONCE], raw[_NONCE:], system_id.encode("utf-8")).decode("utf-8")
        except (InvalidTag, ValueError) as error:
            raise NotOurs(f"the secret of {system_id} was sealed with another key") from error


def is_sealed(stored: str) -> bool:
    """Tell a sealed secret from one that an earlier version left in clear."""
    return stored.startswith(_SEALED)


def key_file(path: Path | None, folder: Path) -> Path:
    """Tell where the key stands."""
    return folder / KEY_FILE if path is None else path


def seal_from(path: Path | None, folder: Path) -> Seal:
    """Make the seal by the key from ``path``, else from the data folder, where one is made when it is first needed.

    The file (mode 0600) holds 64 hexadecimal digits. Raises ``KeyUnusable`` and ``OSError``.
    """
    source = key_file(path, folder)
    new = path is None and not source.exists()
    if new:
        _make(source)
    try:
        mode = source.stat().st_mode & 0o777
        text = source.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable("secrets-key-unreadable", source, error) from error
    if mode & 0o077:
        raise KeyUnusable("secrets-key-open", source, f"{mode:04o}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise KeyUnusable("secrets-key-malformed", source)
    return Seal(key, new=new)


def _make(target: Path) -> None:
    """Make a key; where two processes do so at once, both go on with the first one's."""
    draft = target.with_name(f"{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(_KEY).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, target)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
