"""Named defects of the reference DMS: each breaks one rule, and the check that names the rule must notice.

A driver spec names one as ``python:conformance.mutants:no_01`` (hyphens become underscores); ``axis28 reference-dms``
takes ``--defect no-01``. What each kills stands in ``schemas/mutants.json``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from conformance.mutants import (
    freezing,
    header,
    holding,
    overlooking,
    polling,
    reading,
    recall,
    registry,
    retrying,
    sending,
    signing,
    statuses,
    tracking,
    verifying,
)
from conformance.mutants.defect import Defect
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.local import make

__all__ = ["DEFECTS", "Defect"]

_MODULES = (
    polling,
    sending,
    header,
    retrying,
    reading,
    registry,
    statuses,
    tracking,
    recall,
    freezing,
    signing,
    verifying,
    overlooking,
    holding,
)

DEFECTS: dict[str, Defect] = {defect.name: defect for module in _MODULES for defect in module.DEFECTS}


def __getattr__(name: str) -> Callable[[], Dms]:
    """Give the maker of a defective DMS for a ``python:`` driver."""
    defect = DEFECTS.get(name.replace("_", "-"))
    if defect is None:
        raise AttributeError(f"there is no defect {name.replace('_', '-')!r}")
    return functools.partial(make, defect.applied(Behaviour()))
