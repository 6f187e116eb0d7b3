"""Where large bodies lie, each under its digest: a folder, or any storage that fsspec knows, such as S3.

``put`` comes back when the body is whole and durable there; only then may a transaction refer to it. Whatever a storage
raises comes out as ``OSError``: the body is not put, or not found, and who asked is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import unquote, urlsplit

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024
_INCOMING = "incoming"
_S3: dict[str, Any] = {
    "config_kwargs": {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3, "mode": "standard"}}
}


class ShelfFailed(OSError):  # noqa: N818 - says what happened, like the library's own
    """A storage did not do what it was asked; the text says what and why."""


class Shelf(Protocol):
    """A place for bodies. Everything may block, is safe to call from any thread, and raises ``OSError``."""

    def put(self, file: Path, sha256: str) -> None:
        """Keep the content of ``file``, which is on the disk whole and may be moved away; durable when this returns."""

    def open(self, sha256: str) -> BinaryIO:
        """Open a body, whole; ``FileNotFoundError`` where there is none."""

    def has(self, sha256: str, size: int) -> bool:
        """Whether a body of this size is there."""

    def remove(self, sha256: str) -> None:
        """Remove a body, if it is there."""

    def names(self) -> Iterator[tuple[str, int]]:
        """Give digest and size of everything that is there."""


def shelf_at(place: str, owner: str) -> Shelf:
    """Give the shelf at ``place``: a folder, a ``file://`` URL, any other URL of fsspec.

    ``owner`` tells this axis from others that use the same place. Raises ``OSError`` when it cannot be used.
    """
    url = urlsplit(place)
    if url.scheme in ("", "file"):
        folder = Path(unquote(url.path) if url.scheme else place)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FolderShelf(folder, owner)
    shelf = StorageShelf(place)
    shelf.probe()
    return shelf


class FolderShelf:
    """A folder on a disk that may be shared: ``<folder>/<first two digits>/<sha256>``."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._parts = folder / _INCOMING / owner

    def put(self, file: Path, sha256: str) -> None:
        """Move the file in, or copy it from another disk; then see to it that the entry is on the disk, too."""
        target = self._path(sha256)
        if not self.has(sha256, file.stat().st_size):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._move(file, target)
        # Also where the file was there already: its entry may be another request's that has not reached the disk yet.
        for folder in (target.parent, self._folder):
            _sync(folder)

    def open(self, sha256: str) -> BinaryIO:
        """Open the file."""
        return self._path(sha256).open("rb")

    def has(self, sha256: str, size: int) -> bool:
        """Look at the file's entry."""
        try:
            return self._path(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def remove(self, sha256: str) -> None:
        """Remove the file."""
        self._path(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, int]]:
        """Walk through the folder."""
        for file in self._folder.glob("??/*"):
            if _DIGEST.fullmatch(file.name):
                with contextlib.suppress(FileNotFoundError):
                    yield file.name, file.stat().st_size

    def sweep(self) -> int:
        """Remove what this axis was still copying when it ended, and tell how many files that was."""
        leftovers = list(self._parts.glob("*"))
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        return len(leftovers)

    def _move(self, file: Path, target: Path) -> None:
        try:
            file.replace(target)
        except OSError:  # another file system
            self._parts.mkdir(parents=True, exist_ok=True)
            part = self._parts / secrets.token_hex(8)
            try:
                with file.open("rb") as source, part.open("xb") as copy:
                    shutil.copyfileobj(source, copy, _CHUNK)
                    copy.flush()
                    os.fsync(copy.fileno())
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


class StorageShelf:
    """A storage behind a URL of fsspec: ``s3://bucket/prefix`` and the like; objects are named as files in a folder."""

    def __init__(self, url: str) -> None:
        import fsspec  # noqa: PLC0415 - heavy, and few axes need it

        self._url = url.rstrip("/")
        options = {"skip_instance_cache": True, "use_listings_cache": False}
        with _told(f"{self._url}: cannot be used"):
            # A storage answers several workers and machines: nothing that it said before may be believed.
            options |= _S3 if urlsplit(url).scheme in ("s3", "s3a") else {}
            self._storage, self._root = fsspec.core.url_to_fs(self._url, **options)

    def probe(self) -> None:
        """See that it can be written, read and cleared. Raises ``ShelfFailed``."""
        name = f"{self._root}/probe-{secrets.token_hex(8)}"
        with _told(f"{self._url}: cannot be used"):
            self._storage.pipe_file(name, b"axis28")
            if self._storage.cat_file(name) != b"axis28":
                raise ShelfFailed(f"{self._url}: does not give back what was put there")
            self._storage.rm_file(name)

    def put(self, file: Path, sha256: str) -> None:
        """Upload the file and look at what arrived: its size, and its content by ETag, or by reading it again."""
        size = file.stat().st_size
        with _told(f"{sha256}: not stored"):
            if self._size(sha256) == size:
                return
            path = self._path(sha256)
            self._make_folder(path)
            self._storage.put_file(str(file), path)
            arrived = self._storage.info(path)
            if arrived["size"] != size:
                raise ShelfFailed(f"{sha256}: {arrived['size']} bytes of {size} arrived")
            # Of an object that came in parts, or is encrypted, the ETag is something else.
            if str(arrived.get("ETag", "")).strip('"') != _md5(file):
                self._fetched(sha256).close()

    def open(self, sha256: str) -> BinaryIO:
        """Fetch the body into a temporary file and compare its digest: whoever reads it reads it whole."""
        with _told(f"{sha256}: cannot be read"):
            return self._fetched(sha256)

    def has(self, sha256: str, size: int) -> bool:
        """Ask for the object's size."""
        with _told(f"{sha256}: cannot be looked up"):
            return self._size(sha256) == size

    def remove(self, sha256: str) -> None:
        """Remove the object."""
        with _told(f"{sha256}: cannot be removed"), contextlib.suppress(FileNotFoundError):
            self._storage.rm_file(self._path(sha256))

    def names(self) -> Iterator[tuple[str, int]]:
        """List the objects."""
        with _told(f"{self._url}: cannot be listed"):
            found = self._storage.find(self._root, detail=True) if self._storage.exists(self._root) else {}
        for path, entry in found.items():
            name = str(path).rpartition("/")[2]
            if _DIGEST.fullmatch(name):
                yield name, int(entry["size"])

    def _size(self, sha256: str) -> int | None:
        try:
            return int(self._storage.info(self._path(sha256))["size"])
        except FileNotFoundError:
            return None

    def _fetched(self, sha256: str) -> BinaryIO:
        copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
        try:
            digest = hashlib.sha256()
            with self._storage.open(self._path(sha256), "rb") as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
        except BaseException:
            copy.close()
            raise
        if digest.hexdigest() != sha256:
            copy.close()
            raise ShelfFailed(f"{sha256}: something else lies under this name ({digest.hexdigest()})")
        copy.seek(0)
        return copy

    def _make_folder(self, path: str) -> None:
        # Object stores have none: there the prefix of a name is all, and asking would try to make a bucket.
        if not hasattr(self._storage, "bucket_exists") and not hasattr(self._storage, "_lsbuckets"):
            self._storage.makedirs(path.rpartition("/")[0], exist_ok=True)

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn whatever a storage raises into ``ShelfFailed``: its libraries have errors of their own kinds."""
    try:
        yield
    except (FileNotFoundError, ShelfFailed):
        raise
    except Exception as error:
        raise ShelfFailed(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}") from error


def _md5(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
