"""``axis28 demo``: the whole tour on one machine in about a minute.

An axis and two DMSs, one sound and one with a known defect, run as processes of their own on free ports. Everything is
done by the same subcommands that a vendor would call, over HTTP; this module only calls them in order and reads what
they wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from axis28 import ending
from axis28.errors import INVALID, USAGE, CommandError
from axis28.server_process import AXIS28, STOP_LIMIT, served, stop
from schemas import messages, registry

SOUND = "TEST.SYS.01"
DEFECTIVE = "TEST.SYS.02"
# Chosen because a clerk understands it at once: the same letter stands in the register twice.
DEFECT = "registers-twice"
POLL_SECONDS = "0.3"
FUZZ_EXAMPLES = "40"
PART_LIMIT = 300.0
UNSCORED = {"pass", "warn", "waived", "not-supported"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``demo``."""
    lang = messages.language()
    parser = subparsers.add_parser(
        "demo", help=messages.text("demo.help", lang), description=messages.text("demo.description", lang)
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help=messages.text("demo.out", lang), metavar="DIR")
    parser.add_argument("--seed", type=int, default=28, help=messages.text("demo.seed", lang), metavar="N")
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=messages.text("demo.lang", lang))


def run(args: argparse.Namespace) -> int:
    """Give the tour; 0 if the sound DMS was certified, the defect caught, and fuzzing and load found nothing."""
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = error.strerror or str(error)
        raise CommandError(messages.text("demo.unwritable", args.lang, out=args.out, problem=problem)) from error
    good = False
    with ending.in_order(), TemporaryDirectory(prefix="axis28-demo-") as folder:
        tour = Tour(Path(folder), args.out, args.seed, args.lang, _environment(args.lang))
        try:
            good = tour.walk()
        finally:
            if not good:
                tour.keep_logs()
    return 0 if good else 1


@dataclass(frozen=True, slots=True)
class Tour:
    """One tour: where it works, where it writes, and the environment of every process that it starts."""

    folder: Path
    out: Path
    seed: int
    lang: str
    environ: Mapping[str, str]

    def walk(self) -> bool:
        """Go through all the stations and say whether each showed what it had to show."""
        begun = monotonic()
        systems = self._systems_file()
        self.say("start")
        axis_data = str(self.folder / "axis")
        simulate = ("simulate", "--port", "0", "--systems", str(systems), "--data", axis_data)
        with served(simulate, self.environ, self.folder / "axis.log") as axis:
            self.say("axis", url=axis.url, pid=axis.pid)
            with self._dms(axis.url, systems, SOUND) as sound:
                self.say("certify", url=sound)
                certified = self._certify(axis.url, SOUND, sound, self.out) == 0
                self.say("fuzz", examples=FUZZ_EXAMPLES)
                found = self._fuzz(axis.url, sound)
                self.say("load")
                found += self._load(axis.url, sound)
            with self._dms(axis.url, systems, DEFECTIVE, "--defect", DEFECT) as defective:
                described = registry.mutants()[DEFECT].description[self.lang]
                self.say("mutant", name=DEFECT, description=described)
                refused = self._certify(axis.url, DEFECTIVE, defective, self.out / "mutant") == 1
        caught = refused and self._explain()
        self.say("time", seconds=round(monotonic() - begun), out=self.out)
        self.say("certified" if certified else "certified-not")
        if found:
            self.say("load-and-fuzz-not", parts=", ".join(found), out=self.out)
        else:
            self.say("load-and-fuzz-clean")
        self.say("caught" if caught else "caught-not", name=DEFECT)
        return certified and not found and caught

    def keep_logs(self) -> None:
        """Put what axis and DMSs logged beside the findings: the folder that they worked in goes away."""
        with suppress(OSError):  # what went wrong must be told all the same
            for log in sorted(self.folder.glob("*.log")):
                self.say("log", path=shutil.copy(log, self.out))

    def say(self, key: str, **values: object) -> None:
        """Print one message of the demo; at once, because child processes write between."""
        print(messages.text(f"demo.{key}", self.lang, **values), flush=True)

    def _systems_file(self) -> Path:
        path = self.folder / "systems.toml"
        entries = [
            f'[[system]]\nid = "{system}"\nsecret = "{secrets.token_urlsafe(24)}"\n'
            f'agencies = [{{ code = "{code}", name = "{name}", old_code = "{old_code}" }}]\n'
            for system, code, name, old_code in (
                (SOUND, "H99.01", "Sở Thử nghiệm", "000.00.01.H99"),
                (DEFECTIVE, "H99.02", "Sở Kiểm định thử", "000.00.02.H99"),
            )
        ]
        path.touch(mode=0o600)
        path.write_text("\n".join(entries), encoding="utf-8")
        return path

    @contextmanager
    def _dms(self, axis: str, systems: Path, system: str, *more: str) -> Iterator[str]:
        place = ("--systems", str(systems), "--system", system, "--data", str(self.folder / system))
        arguments = ("reference-dms", "--axis", axis, *place, "--port", "0", "--poll", POLL_SECONDS, *more)
        with served(arguments, self.environ, self.folder / f"{system}.log") as dms:
            yield dms.url

    def _certify(self, axis: str, system: str, dms: str, out: Path) -> int:
        target = ("--driver", f"http:{dms}", "--axis", axis, "--system", system)
        return self._part("certify", *target, "--seed", str(self.seed), "--out", str(out))

    def _fuzz(self, axis: str, dms: str) -> list[str]:
        """Fuzz both sides and name those where something was found."""
        budget = ("--examples", FUZZ_EXAMPLES, "--seed", str(self.seed), "--out", str(self.out))
        sides = {"fuzz --axis": (), "fuzz --driver": ("--driver", f"http:{dms}")}
        return [name for name, side in sides.items() if self._part("fuzz", *side, "--axis", axis, *budget) != 0]

    def _load(self, axis: str, dms: str) -> list[str]:
        target = ("--driver", f"http:{dms}", "--axis", axis, "--out", str(self.out))
        return ["load"] if self._part("load", "--profile", "demo", *target) != 0 else []

    def _part(self, name: str, *arguments: str) -> int:
        """Run one subcommand on our terminal and give its exit code, 0 or 1.

        Raises ``CommandError`` when it could not judge (it said why on stderr already) or did not end.
        """
        with ending.held_back() as let_through:
            process = subprocess.Popen([*AXIS28, name, *arguments], env=dict(self.environ))  # noqa: S603 - our own
            try:
                with let_through():
                    code = process.wait(PART_LIMIT)
            except subprocess.TimeoutExpired:
                seconds = round(PART_LIMIT)
                problem = messages.text("demo.part-endless", self.lang, name=name, seconds=seconds, out=self.out)
                raise CommandError(problem, INVALID) from None
            except KeyboardInterrupt:  # it got the Ctrl-C too: let it write what it has
                with suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_LIMIT)
                raise
            finally:
                stop(process)
        if code not in {0, 1}:
            text = messages.text("demo.part-failed", self.lang, name=name, code=code)
            raise CommandError(text, USAGE if code == USAGE else INVALID)
        return code

    def _explain(self) -> bool:
        """Print what the suite says about the defect; true if exactly the checks failed that must."""
        report = json.loads((self.out / "mutant" / "report.json").read_text("utf-8"))
        failed = [check for check in report["checks"] if check["verdict"] not in UNSCORED]
        for check in failed:
            self._explain_check(check)
        return {check["id"] for check in failed} == set(registry.mutants()[DEFECT].kills)

    def _explain_check(self, check: Mapping[str, Any]) -> None:
        witness: Mapping[str, Any] = next(iter(check["witnesses"]), {})
        self.say(
            "explanation",
            id=check["id"],
            message=check["message"][self.lang].replace("\n", "\n    "),  # what was expected and seen included
            law=check["law"],
            fix=check["fix"][self.lang],
            witness=self.out / "mutant" / witness["file"] if witness.get("file") else "-",
        )


def _environment(lang: str) -> dict[str, str]:
    language = "vi_VN.UTF-8" if lang == "vi" else "C.UTF-8"
    return os.environ | {"LC_ALL": language, "PYTHONUTF8": "1", "AXIS28_CONTROL_TOKEN": secrets.token_urlsafe(32)}
