"""Clears the stage of a run: faults, what the system keeps of it, peers. Says what stays behind, and never hangs."""

from __future__ import annotations

import asyncio

from conformance.drivers import DriverFault
from conformance.events import Listener, Residue
from conformance.stage import Stage
from conformance.told import joined, told
from conformance.violation import JudgeBlind

LIMIT_S = 15.0
RESET_S = 8.0


async def cleared(stage: Stage, tell: Listener) -> None:
    """Lift every fault of this run, let the system forget it, then remove the peers with all that they left.

    All of it takes 15 s at most. What is the suite's own axis goes with its peers: there nothing has to be removed.
    """
    try:
        async with asyncio.timeout(LIMIT_S):
            lost = None if stage.own_axis else await stage.observer.trouble()
            if not stage.own_axis and lost is None:
                await _lift(stage, tell)
            await _forget(stage, tell)
            if not stage.own_axis:
                for text in await stage.peers.remove_all(lost):
                    tell(Residue(text))
    except TimeoutError:
        tell(Residue(told("clearing up was given up after {limit:.0f} s", limit=LIMIT_S)))
        _tell_peers(stage, tell)
    except asyncio.CancelledError:
        tell(Residue(told("clearing up was interrupted")))
        _tell_peers(stage, tell)
        raise
    finally:
        _tell_roots(stage, tell)


def _tell_peers(stage: Stage, tell: Listener) -> None:
    if not stage.own_axis and (left := stage.peers.left()) is not None:
        tell(Residue(left))


def _tell_roots(stage: Stage, tell: Listener) -> None:
    """Tell of roots and keys that the system may still have: whoever trusts them takes for good what proves nothing."""
    if not stage.signatures.handed:
        return
    if "reset" in stage.sut.capabilities:
        tell(Residue(told("test roots and keys that the system was given, because its reset did not succeed")))
    else:
        tell(Residue(told("test roots and keys that the system was given, and has no reset for")))


async def _lift(stage: Stage, tell: Listener) -> None:
    """Lift what the stories set, also where one of them could not, or never learnt that it had set it."""
    try:
        standing = [rule for rule in await stage.axis.faults() if rule.startswith(f"{stage.run_id}.")]
    except JudgeBlind as error:
        tell(Residue(joined(": ", (told("the faults of run {run}", run=stage.run_id), error.text))))
        return
    for rule in standing:
        try:
            await stage.axis.lift_fault(rule)
        except JudgeBlind as error:
            tell(Residue(joined(": ", (told("the fault {fault}", fault=rule), error.text))))


async def _forget(stage: Stage, tell: Listener) -> None:
    if "reset" not in stage.sut.capabilities:
        return
    try:
        answer = await stage.driver.call("reset", timeout=RESET_S)
        if answer.kind == "ok":
            stage.signatures.handed = False
        else:
            tell(Residue(f"reset: {answer.kind} {answer.reason}".rstrip()))
    except DriverFault as fault:
        tell(Residue(fault.text))
