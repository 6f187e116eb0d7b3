"""How long the schema takes to say yes: by the size of the payload, and against parsing the same package.

The fast verdict works on the skeleton, so its time must not grow with the attachments; a plain parse and validation of
the whole package (what one would write first) does. Each number is the best of several rounds in which all
competitors take turns, so that a busy moment of the machine strikes all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

from lxml import etree

import schemas
from fixtures.casebook.letters import letter_bytes
from fixtures.casebook.spoiling import before, element
from protocol.package import xsd
from protocol.package.reader import read_package

SIZES = {"10 kB": 10_000, "400 kB": 400_000, "5 MB": 5_000_000}
ROUNDS = 7
MICRO = 1e6


def measure(size: int) -> dict[str, float]:
    """Give microseconds of the verdicts on a letter with about ``size`` bytes of payload, and of plain lxml."""
    raw = letter_bytes(b"v" * size)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    plain = etree.XMLSchema(etree.fromstring(schemas.data("edxml/edxml-document-1.0.xsd")))
    with (
        read_package(raw) as clean,
        read_package(before("Subject", "<edXML:La/>")(raw)) as unordered,
        read_package(element("Priority", "9")(raw)) as broken,
    ):
        valid, other, wrong = clean.root, unordered.root, broken.root
        assert valid is not None
        assert other is not None
        assert wrong is not None
        assert xsd.fast(valid, "document")
        assert xsd.fast(other, "document")
        assert len(list(xsd.explain(wrong, "document"))) == 1
        return {
            "payload": size,
            **_best(
                {
                    "fast": (lambda: xsd.fast(valid, "document"), 500),
                    "fast, copied": (lambda: xsd.fast(other, "document"), 100),
                    "explain": (lambda: list(xsd.explain(wrong, "document")), 5),
                    "parse": (lambda: etree.fromstring(raw, parser), 5),
                    "parse + XSD": (lambda: plain.validate(etree.fromstring(raw, parser)), 5),
                }
            ),
        }


def _best(competitors: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    best = dict.fromkeys(competitors, float("inf"))
    for _ in range(ROUNDS):
        for name, (work, repeats) in competitors.items():
            begun = time.perf_counter()
            for _ in range(repeats):
                work()
            best[name] = min(best[name], (time.perf_counter() - begun) / repeats * MICRO)
    return best


def main() -> int:
    """Print the table, or with ``--json`` the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    as_json = parser.parse_args().json
    results = {name: measure(size) for name, size in SIZES.items()}
    if as_json:
        json.dump(results, sys.stdout, indent=2)
        print()
        return 0
    columns = ("fast", "fast, copied", "explain", "parse", "parse + XSD")
    print("µs per package (best of rounds), and the fast verdict in units of parsing the whole package")
    print(f"{'payload':<10}{''.join(f'{column:>14}' for column in columns)}{'fast ÷ parse':>14}")
    for name, found in results.items():
        times = "".join(f"{found[column]:>14.1f}" for column in columns)
        print(f"{name:<10}{times}{found['fast'] / found['parse']:>14.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
