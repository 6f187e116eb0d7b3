"""The reference DMS: a small, correct document-management system that the suite certifies and its mutants break.

It speaks to the axis through ``protocol.wire`` only, keeps its registers in an SQLite file of its own, and is driven
through the driver protocol like any other system: ``Dms.handle`` in this process, ``server`` over HTTP.
"""

from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Agency, Connection, Office, Settings

__all__ = ["Agency", "Behaviour", "Connection", "Dms", "Office", "Settings"]
