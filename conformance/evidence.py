"""Keeps what a verdict rests on, as files below ``evidence/<check>/``, with every secret taken out."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

REDACTED = "[redacted]"
MIN_SECRET = 4
MARKER = ".axis28-run"
FOLDER = "evidence"
REPORTS = ("report.json", "report.html", "junit.xml", "suite-fault.txt")


class Unwritable(Exception):  # noqa: N818 - says what the folder is
    """The output folder cannot be written; the text is one line."""


class Evidence:
    """Writes files under ``out``; no secret that it was told stands in any of them."""

    def __init__(self, out: Path, secrets: Iterable[str] = ()) -> None:
        self.out = out
        self._secrets: dict[bytes, bytes] = {}
        for secret in secrets:
            self.hide(secret)

    def prepare(self) -> None:
        """Make the folder and clear away what an earlier run, ended or broken off, left in it.

        Raises ``Unwritable`` where the folder cannot be written, or holds files of these names that no run left.
        """
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if not self._left_by_a_run():
                foreign = next((name for name in (FOLDER, *REPORTS) if os.path.lexists(self.out / name)), None)
                if foreign is not None:
                    raise Unwritable(f"{self.out} holds {foreign}, which no run left there: choose another folder")
            shutil.rmtree(self.out / FOLDER, ignore_errors=True)
            for name in REPORTS:
                (self.out / name).unlink(missing_ok=True)
            (self.out / MARKER).write_text("What a run of axis28 left; the next one clears it away.\n", "utf-8")
        except OSError as error:
            raise Unwritable(f"{self.out} cannot be written: {error.strerror or error}") from error

    def _left_by_a_run(self) -> bool:
        """Say whether the folder is one of ours: marked, or with a report that says so."""
        if (self.out / MARKER).exists():
            return True
        try:
            report = json.loads((self.out / "report.json").read_bytes())
        except (FileNotFoundError, ValueError, RecursionError):
            return False
        return isinstance(report, dict) and str(report.get("schema")).startswith("axis28/report/")

    def hide(self, secret: str) -> None:
        """Take this secret out of everything that is written from now on, in the spellings that files use."""
        if len(secret) < MIN_SECRET:
            return
        spellings = (
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            quote(secret, safe=""),
        )
        for spelling in spellings:
            self._secrets[spelling.encode()] = REDACTED.encode()
        self._secrets[base64.b64encode(secret.encode())] = REDACTED.encode()

    def redacted(self, data: bytes) -> bytes:
        """Give the data without any secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            data = data.replace(secret, self._secrets[secret])
        return data

    def redacted_text(self, text: str) -> str:
        """Give the text without any secret."""
        return self.redacted(text.encode("utf-8", "backslashreplace")).decode("utf-8", "replace")

    def write(self, relative: str, data: bytes | str) -> str:
        """Write one file below ``out`` and give its relative name; raises ``Unwritable``."""
        path = self.out / relative
        raw = data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.redacted(raw))
        except OSError as error:
            raise Unwritable(f"{path} cannot be written: {error.strerror or error}") from error
        return relative

    def exchange(self, check_id: str, seq: int, detail: Mapping[str, Any]) -> str:
        """Keep one exchange: its headers and answer as JSON, each body beside it as the bytes that travelled."""
        folder = f"evidence/{check_id}"
        shown: dict[str, Any] = json.loads(json.dumps(detail))
        for side, ending in (("request", "edxml"), ("answer", "answer")):
            part = shown.get(side)
            if not isinstance(part, dict) or not part.get("body"):
                continue
            body = base64.b64decode(part.pop("body"))
            if len(body) <= 2048 and not body.lstrip().startswith(b"<"):
                part["body_text"] = body.decode("utf-8", "backslashreplace")
            else:
                name = f"{folder}/exchange-{seq}.{ending}"
                part["body_file"] = self.write(name, body)
        return self.write(f"{folder}/exchange-{seq}.json", json.dumps(shown, ensure_ascii=False, indent=1) + "\n")

    def lines(self, check_id: str, name: str, rows: Iterable[Mapping[str, Any]]) -> str:
        """Keep one JSON object per line."""
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return self.write(f"evidence/{check_id}/{name}", text)
