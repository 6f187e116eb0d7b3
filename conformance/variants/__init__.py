"""Other ways of doing things that are as lawful as the reference DMS's own: each of them must pass every check.

A driver spec names one as ``python:conformance.variants:slow_but_in_time``; ``axis28 reference-dms`` takes
``--variant slow-but-in-time``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from conformance.reference_dms import local
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.variants import brisk, counting, obedient, prefixes, sealing, slow
from conformance.variants.variant import Variant

__all__ = ["VARIANTS", "Variant"]

VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        prefixes.VARIANT,
        slow.VARIANT,
        counting.VARIANT,
        brisk.VARIANT,
        obedient.VARIANT,
        obedient.REFUSING,
        sealing.VARIANT,
        sealing.HOLDING,
        sealing.MARKING,
        sealing.LATER,
        sealing.EARLY,
    )
}


def __getattr__(name: str) -> Callable[[], Dms]:
    """Give the maker of a variant for a ``python:`` driver."""
    variant = VARIANTS.get(name.replace("_", "-"))
    if variant is None:
        raise AttributeError(f"there is no variant {name.replace('_', '-')!r}")
    return functools.partial(local.make, *variant.applied(Behaviour(), local.settings()))
