"""Organisation codes (mã định danh) taken apart: form, top level, level, superior.

Two generations live side by side: 13 characters with the top level at the right (QCVN 102:2016/BTTTT,
``004.03.02.H99``) and groups from left to right with at most 35 characters (QD 20/2020, ``H99.02.03``). One is no
mechanical reversal of the other: which two codes name one body only the directory knows. Beside them stand enterprises
(the digits of their registration, QD 20/2020 Art. 5) and what the field uses without an act: interlinking centres
(``00.22.W00``) and test accounts (``vxp.saas.03``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

LONGEST = 35
"""Characters of a code, by QD 20/2020 Art. 4(1)."""

Form = Literal["qcvn-102", "qd-20", "enterprise", "centre", "test-account"]
Kind = Literal["committee", "council", "ministry"]

_QCVN_102 = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")
_QD_20 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*")
_ENTERPRISE = re.compile(r"[0-9]{10,14}")
_CENTRE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}")
_TEST_ACCOUNT = re.compile(r"vxp\.saas\.[0-9]{2}")
_KINDS: dict[str, Kind] = {"H": "committee", "K": "council", "G": "ministry"}
_EMPTY = frozenset("0")


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """A code that has one of the known forms.

    ``groups`` go from the top level downwards, without the levels that are not used: ``("H99", "02", "03")`` for
    ``000.03.02.H99`` and for ``H99.02.03``. Enterprises, centres and test accounts have one group, the code itself.
    """

    text: str
    form: Form
    groups: tuple[str, ...]

    @property
    def official(self) -> bool:
        """Whether an act gives the code its form."""
        return self.form in {"qcvn-102", "qd-20", "enterprise"}

    @property
    def top(self) -> str | None:
        """Give the code of the first level (``H99``), which only the two generations of agency codes have."""
        return self.groups[0] if self.form in {"qcvn-102", "qd-20"} else None

    @property
    def level(self) -> int:
        """Give how deep the body stands: 1 for a ministry or a province itself."""
        return _depth(self.text) if self.form == "qcvn-102" else len(self.groups)

    @property
    def kind(self) -> Kind | None:
        """Tell People's Committees (H), People's Councils (K) and central agencies (G) apart, by the first level."""
        return _KINDS.get(self.top[0]) if self.top else None

    @property
    def consistent(self) -> bool:
        """Whether no level is used below one that is not (QCVN 102: ``004.00.02.H99`` skips the third)."""
        return self.completed == self.text

    @property
    def completed(self) -> str:
        """Give the code with ``NN`` for every level that it skips: ``004.NN.02.H99``."""
        if self.form != "qcvn-102":
            return self.text
        groups = self.text.split(".")
        for above in (1, 2):
            if not _used(groups[above]) and any(_used(group) for group in groups[:above]):
                groups[above] = "NN"
        return ".".join(groups)

    @property
    def superior(self) -> str | None:
        """Give the code of the body above, in the same generation; ``None`` at the top and for other forms."""
        if self.level == 1 or self.top is None:
            return None
        if self.form == "qd-20":
            return self.text.rpartition(".")[0]
        groups = self.text.split(".")
        lowest = next(index for index, group in enumerate(groups) if _used(group))
        groups[lowest] = "0" * len(groups[lowest])
        return ".".join(groups)


@lru_cache(maxsize=4096)
def parse(text: str) -> OrganisationCode | None:
    """Take a code apart; ``None`` for a text that has none of the known forms."""
    if len(text) > LONGEST:
        return None
    if found := _QCVN_102.fullmatch(text):
        low, middle, high, top = found.groups()
        return OrganisationCode(text, "qcvn-102", (top, *(group for group in (high, middle, low) if _used(group))))
    if _QD_20.fullmatch(text):
        return OrganisationCode(text, "qd-20", tuple(text.split(".")))
    for form, shape in _OTHERS:
        if shape.fullmatch(text):
            return OrganisationCode(text, form, (text,))
    return None


_OTHERS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("enterprise", _ENTERPRISE),
    ("centre", _CENTRE),
    ("test-account", _TEST_ACCOUNT),
)


def is_official(text: str) -> bool:
    """Whether a code has a form that an act gives it."""
    code = parse(text)
    return code is not None and code.official


def below(code: str, superior: str) -> bool:
    """Whether a body stands below another by their codes, in either generation of them."""
    lower, upper = parse(code.upper()), parse(superior.upper())
    if lower is None or upper is None or lower.top is None or upper.top is None:
        return False
    return len(upper.groups) < len(lower.groups) and lower.groups[: len(upper.groups)] == upper.groups


def _used(group: str) -> bool:
    return not set(group) <= _EMPTY


def _depth(text: str) -> int:
    low, middle, high, _ = text.split(".")
    return next((level for level, group in ((4, low), (3, middle), (2, high)) if _used(group)), 1)
