"""Whose post a request is about: what a fault that matches by agency is compared with."""

from __future__ import annotations

from sqlalchemy import Connection

from simulator import directory
from simulator.call import Call
from simulator.faults.rules import WITHOUT_PARTIES

_OF_THE_CALLER = frozenset({"getReceivedEdocList", "getSentEdocList", "countReceiveEdoc", "countReceiveStatus"})


def concerned(connection: Connection, call: Call) -> set[str]:
    """Give the codes, new and old, of every agency that a request is about.

    For lists and counts these are the calling system's, for ``sendEdoc`` the sender and the recipients, for a queue
    entry its addressee. Operations on the directory are about no agency's post. A code that is in no directory stands
    for itself.
    """
    if call.operation in WITHOUT_PARTIES:
        return set()
    named = {*call.agencies, *call.recipients}
    if call.operation in _OF_THE_CALLER and call.counted is not None:
        named |= set(directory.agency_codes(connection, call.counted))
    for entry in directory.resolve(connection, named, closed=True).values():
        named |= {entry.code, entry.old_code}
    return named - {""}
