"""A public key infrastructure for tests, minted at run time under a given clock; nothing of it has any legal value."""

from __future__ import annotations

from protocol.signatures.pki.authority import Validity
from protocol.signatures.pki.hierarchy import Pki
from protocol.signatures.pki.identity import Identity

__all__ = ["Identity", "Pki", "Validity"]
