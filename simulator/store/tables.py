"""The tables of the axis. Instants are milliseconds since 1970-01-01 UTC by the axis clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

VERSION = 2
PENDING = ("initial", "processing")
FORMER = "former"  # in the place of a tenant's key: it or its system is gone, but others still hold its letter


class Words(TypeDecorator[str]):
    """Text of any length: what a column may hold is judged where it comes in, with a text that explains it.

    PostgreSQL compares it by code points, as SQLite does, and gets ``U+2400`` for ``U+0000``, which it cannot hold.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the type of the column."""
        return dialect.type_descriptor(Text(collation="C" if dialect.name == "postgresql" else None))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what a value goes through on its way in; nothing on SQLite."""
        return _without_nul if dialect.name == "postgresql" else None


def _without_nul(value: str | None) -> str | None:
    return value if value is None or "\0" not in value else value.replace("\0", "\u2400")


Number = BigInteger().with_variant(Integer, "sqlite")
"""A row's number; SQLite counts by itself only where the type is INTEGER."""

metadata = MetaData()


def _of_tenants(name: str, *columns: str) -> Index:
    """Make an index of what belongs to tenants; what is the operator's costs nothing."""
    return _partial(name, "tenant <> ''", *columns)


def _partial(name: str, condition: str, *columns: str) -> Index:
    """Make an index of some rows only; a query has to have the condition as it stands here."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


facts = Table(
    "facts",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

# Whoever shares a hosted axis. What belongs to a tenant names its key; "" there is the operator of the axis.
tenants = Table(
    "tenants",
    metadata,
    Column("key", Words, primary_key=True),  # minted, never given twice: a name that comes again is another tenant
    Column("name", Words, nullable=False, unique=True),
    Column("token", Words, nullable=False, unique=True),  # SHA-256 of the token
    Column("prefixes", Words, nullable=False, server_default="[]"),
    Column("max_systems", BigInteger, nullable=False),
    Column("max_agencies", BigInteger, nullable=False),
    Column("max_documents", BigInteger, nullable=False),
    Column("max_stored_bytes", BigInteger, nullable=False),
    Column("max_rules", BigInteger, nullable=False),
    # Used since the last reset; what others still hold of it counts on after one.
    Column("documents", BigInteger, nullable=False, server_default="0"),
    Column("stored_bytes", BigInteger, nullable=False, server_default="0"),
    Column("left_documents", BigInteger, nullable=False, server_default="0"),
    Column("left_bytes", BigInteger, nullable=False, server_default="0"),
)

systems = Table(
    "systems",
    metadata,
    Column("id", Words, primary_key=True),
    Column("secret", Words, nullable=False),  # sealed: the protocol's HMAC needs the text itself
    Column("tenant", Words, nullable=False, server_default=""),
)

agencies = Table(
    "agencies",
    metadata,
    Column("code", Words, primary_key=True),
    Column("old_code", Words, nullable=False, default=""),
    Column("name", Words, nullable=False),
    Column("system_id", Words, nullable=True),
    Column("parent", Words, nullable=False, default=""),
    Column("mail", Words, nullable=False, default=""),
    Column("is_agency", Boolean, nullable=False, default=True),
    Column("locked", Boolean, nullable=False, default=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("modified_at", BigInteger, nullable=False),
    Column("successors", Words, nullable=False, server_default=""),  # codes with blanks between them
    Column("tenant", Words, nullable=False, server_default=""),
    Index("agencies_by_old_code", "old_code"),
    Index("agencies_by_system", "system_id"),
    _of_tenants("agencies_by_tenant", "tenant"),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=True),  # NULL: the body is a file of its own, named by its digest
)

discarded = Table(
    "discarded",
    metadata,
    Column("sha256", Words, primary_key=True),  # of a body that is to be removed from its shelf
    Column("at", BigInteger, nullable=False),  # by the host's own time
    Index("discarded_by_time", "at"),
)

documents = Table(
    "documents",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("sender_id", Words, nullable=False, unique=True),
    Column("request_key", Words, nullable=True, unique=True),  # NULL: injected through the control API
    Column("message_type", Words, nullable=False),
    Column("service_type", Words, nullable=False),
    Column("system_id", Words, nullable=True),
    Column("from_code", Words, nullable=False),
    Column("document_id", Words, nullable=True),  # as on the wire; of a status package: of the document it is about
    Column("document_key", Words, nullable=False, server_default=""),  # the same, as ids are compared
    Column("target_key", Words, nullable=False, server_default=""),  # of what a type 1 or 2 package is about
    Column("issued", Words, nullable=False, server_default=""),
    Column("document_type", Words, nullable=False, server_default=""),
    Column("business_type", Words, nullable=False, default=""),
    Column("status_code", Words, nullable=False, default=""),
    Column("title", Words, nullable=False, default=""),
    Column("notation", Words, nullable=False, default=""),
    Column("received", Words, nullable=False),  # contents.sha256 of the package as it came
    Column("delivered", Words, nullable=False),  # contents.sha256 of the package as it goes out
    Column("at", BigInteger, nullable=False),
    Column("findings", Words, nullable=False, default="[]"),
    Column("tenant", Words, nullable=False, server_default=""),  # whose system sent it; FORMER when that is gone
    # Whether attached files and signatures were looked at; what an older version stored never will be.
    Column("inspected", Boolean, nullable=False, server_default=true()),
    _partial("documents_uninspected", "NOT inspected", "seq"),
    Index("documents_by_key", "document_key"),
    _partial("documents_by_target", "target_key != ''", "target_key"),
    Index("documents_by_system", "system_id", "message_type", "seq"),
    Index("documents_by_content", "received"),
    Index("documents_by_delivered_content", "delivered"),
    _of_tenants("documents_by_tenant", "tenant", "seq"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("receiver_id", Words, nullable=False, unique=True),
    Column("document_seq", Number, ForeignKey("documents.seq", ondelete="CASCADE"), nullable=False),
    Column("to_code", Words, nullable=False),
    Column("agency", Words, nullable=False),  # the directory's own code of whoever to_code names
    Column("system_id", Words, nullable=True),
    Column("message_type", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("state_text", Words, nullable=False, default=""),
    Column("fetched", Boolean, nullable=False, default=False),
    Column("business_status", Words, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("tenant", Words, nullable=False, server_default=""),  # whose system receives it
    Index("deliveries_by_document", "document_seq"),
    _of_tenants("deliveries_by_tenant", "tenant", "document_seq"),
    Index("deliveries_by_system", "system_id", "message_type", "created_at"),
    # With the state in it SQLite counts in the index alone, and so prefers it to the one of everything received.
    _partial("deliveries_waiting", "state IN ('initial', 'processing')", "system_id", "message_type", "seq", "state"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("document_seq", Number, ForeignKey("documents.seq", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("event", Words, nullable=False),
    Column("to_code", Words, nullable=True),
    Column("detail", Words, nullable=False, default=""),
    Index("events_by_document", "document_seq"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("system", Words, nullable=True),
    # Whether the request proved by its MAC to come from ``system``; otherwise that is only what it claims.
    Column("verified", Boolean, nullable=False, server_default=true()),
    Column("operation", Words, nullable=False),
    Column("agency", Words, nullable=True),
    Column("document_id", Words, nullable=True),
    Column("receiver_id", Words, nullable=True),
    Column("http_status", Integer, nullable=True),  # NULL: the connection was closed without an answer
    Column("status", Words, nullable=True),
    Column("error_code", Words, nullable=True),
    Column("findings", Words, nullable=False, default="[]"),
    Column("fault", Words, nullable=True),  # the names of all that fired
    Column("method", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("request_headers", LargeBinary, nullable=False),  # zlib of the JSON list of [name, value]
    Column("request_body", LargeBinary, nullable=True),
    Column("request_content", Words, nullable=True),  # contents.sha256, in the place of request_body
    Column("request_tail", LargeBinary, nullable=True),  # what followed the content in the body: the CR LF
    Column("request_truncated", Boolean, nullable=False, default=False),
    Column("answer_headers", LargeBinary, nullable=False),
    Column("answer_body", LargeBinary, nullable=True),
    Column("answer_content", Words, nullable=True),  # contents.sha256 of the package that the answer carries
    Column("answer_truncated", Boolean, nullable=False, default=False),
    Column("request_id", Words, nullable=False, default="", server_default=""),
    Column("tenant", Words, nullable=False, server_default=""),  # who asked, verified; else the operator's
    Index("exchanges_by_content", "request_content"),
    _partial("exchanges_by_answer_content", "answer_content IS NOT NULL", "answer_content"),
    _of_tenants("exchanges_by_tenant", "tenant", "seq"),
    # Numbers are never used again, not even after a reset: whoever reads the journal goes on from the last one.
    sqlite_autoincrement=True,
)

signatures = Table(
    "signatures",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary, nullable=False, unique=True),  # of system and signed text: 16 bytes of SHA-256
    Column("at", BigInteger, nullable=False),
)

fault_rules = Table(
    "fault_rules",
    metadata,
    Column("position", Number, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("rule", Words, nullable=False),
    Column("fired", Integer, nullable=False, default=0),
    Column("origin", Words, nullable=False, server_default="control"),  # or "file": of the axis's start
    Column("tenant", Words, nullable=False, server_default=""),
)

fault_log = Table(
    "fault_log",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("system", Words, nullable=True),  # NULL: nobody proved who sent the request
    Column("line", Words, nullable=False),
    Column("tenant", Words, nullable=False, server_default=""),
    # As of the journal: whoever reads the log goes on from the last number, also after a reset.
    sqlite_autoincrement=True,
)

ordinals = Table(
    "ordinals",
    metadata,
    Column("system", Words, nullable=False),
    Column("operation", Words, nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("system", "operation"),
)
