"""All that a DMS does at a place where DMSs go wrong, as functions that can be replaced one by one.

The reference DMS is the sum of the defaults and knows no defect. A named defect (``conformance.mutants``) replaces one
or a few of these functions and leaves everything else as it is; so does a legal variant (``conformance.variants``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from conformance.reference_dms import (
    composing,
    drafts,
    intake,
    lifecycle,
    outbox,
    recalls,
    registering,
    reporting,
    rounds,
    sealing,
    sending,
    takeback,
    tracking,
    verifying,
    vietnam,
)
from conformance.reference_dms.composing import Issue
from conformance.reference_dms.credentials import Credentials, Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Agency, Connection, Office, Refusal, Warned
from conformance.reference_dms.registering import Duplicate, Outcome
from conformance.reference_dms.tracking import Told
from conformance.reference_dms.verifying import Examined, Verdict
from protocol.package.model import Attachment, Code, DocumentPackage, Package, ResponseFor, StatusPackage
from protocol.package.reading import Reading
from protocol.package.writer import write_package
from protocol.wire.client import AxisClient, SignedSend
from protocol.wire.errors import AxisError
from protocol.wire.items import QueueItem

if TYPE_CHECKING:
    from protocol.signatures.outcome import Check, Result, SignatureOutcome
    from protocol.signatures.pdf.facts import PaperFacts
    from protocol.signatures.pki.identity import Identity
    from protocol.signatures.trust import Trust

Recipients = Callable[[AxisClient, Draft], Awaitable[tuple[str, ...]]]
Judge = Callable[[DocumentPackage, Connection, Callable[[DocumentPackage, Connection], bool]], Refusal | None]
Examine = Callable[[Office, DocumentPackage], Awaitable[tuple[Examined, ...]]]
Objection = Callable[[Office, DocumentPackage, Sequence[Examined]], Refusal | None]
Shown = Callable[[DocumentPackage, Callable[[Attachment], dict[str, Any]]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one DMS does things. Each field is a function; its default is documented where it stands."""

    # polling
    queues: Callable[[], tuple[str, ...]] = rounds.queues
    poll: Callable[[Office, AxisClient], Awaitable[None]] = rounds.poll
    list_queue: Callable[[Office, AxisClient, str], Awaitable[Sequence[QueueItem]]] = rounds.list_queue
    take_all: Callable[[Office, AxisClient, Sequence[QueueItem]], Awaitable[None]] = rounds.take_all
    take: Callable[[Office, AxisClient, QueueItem], Awaitable[None]] = rounds.take
    acknowledge: Callable[[AxisClient, QueueItem, Outcome], Awaitable[None]] = rounds.acknowledge
    # receiving
    read: Callable[[bytes], Reading] = intake.read
    take_in: Callable[[Office, QueueItem, Reading, bytes], Outcome] = registering.take_in
    judge: Judge = intake.judge
    is_addressed: Callable[[DocumentPackage, Connection], bool] = intake.is_addressed
    missing_files: Callable[[DocumentPackage], tuple[str, ...]] = intake.missing_files
    shown: Shown = intake.shown
    shown_file: Callable[[Attachment], dict[str, Any]] = intake.shown_file
    find_duplicate: Callable[[Office, str, DocumentPackage, str], Duplicate | None] = registering.find_duplicate
    # signatures of what comes
    examine: Examine = verifying.examine
    outcomes: Callable[[PaperFacts, Trust, datetime], tuple[SignatureOutcome, ...]] = verifying.outcomes
    weigh: Callable[[Check], Result] = verifying.weigh
    objection: Objection = verifying.objection
    foreign_seal: Objection = verifying.foreign_seal
    doubts: Callable[[Office, DocumentPackage, Sequence[Examined]], list[Warned]] = verifying.doubts
    lacks: Callable[[Sequence[Examined]], list[Warned]] = verifying.lacks
    shown_signature: Callable[[Verdict], dict[str, Any]] = verifying.shown_signature
    keep: Callable[[Office, int, Sequence[Examined]], None] = verifying.keep
    kept: Callable[[Office, sqlite3.Row], dict[str, list[dict[str, Any]]]] = verifying.kept
    # the registry's steps and their statuses
    may: Callable[[str, str], bool] = lifecycle.may
    next_arrival_number: Callable[[Office, int], int] = lifecycle.next_arrival_number
    report: Callable[[Office, sqlite3.Row, str, str], None] = reporting.report
    codes_of: Callable[[str], tuple[str, ...]] = reporting.codes_of
    description_of: Callable[[str, str], str] = reporting.description_of
    name_received: Callable[[sqlite3.Row], ResponseFor] = composing.name_received
    compose_status: Callable[[Office, Agency, ResponseFor, str, str], StatusPackage] = composing.compose_status
    wall_time: Callable[[datetime], str] = vietnam.wall_time
    # sending
    may_leave: Callable[[Draft], Refusal | None] = drafts.may_leave
    check_draft: Callable[[Draft], Refusal | None] = drafts.check
    subject_limit: Callable[[Draft], Refusal | None] = drafts.subject_limit
    number_text: Callable[[str], str] = drafts.number_text
    identify: Callable[[str, date, Code], str] = composing.identify
    sign_files: Callable[[Office, Draft], Awaitable[tuple[File, ...]]] = sealing.sign_files
    keys_to_take: Callable[[Office, Credentials], Refusal | None] = sealing.keys_to_take
    keys_of: Callable[[Office, str], Keys | None] = sealing.keys_of
    check_signer: Callable[[Office, Identity, datetime], Refusal | None] = sealing.check_signer
    seal: Callable[[Draft, Keys, datetime], tuple[File, ...]] = sealing.seal
    choose_recipients: Recipients = sending.choose_recipients
    compose: Callable[[Office, Draft, Agency, Issue], DocumentPackage] = composing.compose
    serialise: Callable[[Package], bytes] = write_package
    dispatch: Callable[[Office, DocumentPackage, bytes], None] = sending.dispatch
    ready: Callable[[Office, AxisClient, sqlite3.Row], SignedSend] = outbox.ready
    is_final: Callable[[AxisError, int, int], bool] = outbox.is_final
    accepted: Callable[[Office, sqlite3.Row, str], None] = sending.accepted
    failed: Callable[[Office, sqlite3.Row, AxisError], None] = sending.failed
    state_when_accepted: Callable[[], str] = sending.state_when_accepted
    # what the recipients say
    recipient_of: Callable[[Office, sqlite3.Row, str | None], str | None] = tracking.recipient_of
    decisive: Callable[[Sequence[Told]], Told | None] = tracking.decisive
    # recalls
    recall_targets: Callable[[Sequence[sqlite3.Row]], tuple[str, ...]] = takeback.recall_targets
    take_recall_request: Callable[[Office, StatusPackage, QueueItem], None] = recalls.take_request
    take_recall_package: Callable[[Office, DocumentPackage, QueueItem], None] = recalls.take_recall_package
    may_recall: Callable[[Office, sqlite3.Row, str | None], bool] = recalls.may_recall
    state_after_recall: Callable[[sqlite3.Row, bool], str] = recalls.state_after_recall
