"""The tables of the axis. Instants are milliseconds since 1970-01-01 UTC by the axis clock."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

VERSION = 1
PENDING = ("initial", "processing")

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

systems = Table(
    "systems",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("secret", Text, nullable=False),  # sealed: the protocol's HMAC needs the text itself
)

agencies = Table(
    "agencies",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("old_code", String(64), nullable=False, default=""),
    Column("name", Text, nullable=False),
    Column("system_id", String(255), nullable=True),
    Column("parent", String(64), nullable=False, default=""),
    Column("mail", Text, nullable=False, default=""),
    Column("is_agency", Boolean, nullable=False, default=True),
    Column("locked", Boolean, nullable=False, default=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("modified_at", BigInteger, nullable=False),
    Column("successors", Text, nullable=False, server_default=""),  # codes with blanks between them
    Index("agencies_by_old_code", "old_code"),
    Index("agencies_by_system", "system_id"),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=True),  # NULL: the body is a file of its own, named by its digest
)

documents = Table(
    "documents",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("sender_id", String(24), nullable=False, unique=True),
    Column("request_key", String(64), nullable=True, unique=True),  # NULL: injected through the control API
    Column("message_type", String(8), nullable=False),
    Column("service_type", String(32), nullable=False),
    Column("system_id", String(255), nullable=True),
    Column("from_code", String(64), nullable=False),
    Column("document_id", Text, nullable=True),  # as on the wire; of a status package: of the document it is about
    Column("document_key", String(200), nullable=False, server_default=""),  # the same, as ids are compared
    Column("target_key", String(200), nullable=False, server_default=""),  # of what a type 1 or 2 package is about
    Column("issued", String(32), nullable=False, server_default=""),
    Column("document_type", String(64), nullable=False, server_default=""),
    Column("business_type", String(16), nullable=False, default=""),
    Column("status_code", String(16), nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("notation", Text, nullable=False, default=""),
    Column("received", String(64), nullable=False),  # contents.sha256 of the package as it came
    Column("delivered", String(64), nullable=False),  # contents.sha256 of the package as it goes out
    Column("at", BigInteger, nullable=False),
    Column("findings", Text, nullable=False, default="[]"),
    Index("documents_by_key", "document_key"),
    Index(
        "documents_by_target",
        "target_key",
        sqlite_where=text("target_key != ''"),
        postgresql_where=text("target_key != ''"),
    ),
    Index("documents_by_system", "system_id", "message_type", "seq"),
    Index("documents_by_content", "received"),
    Index("documents_by_delivered_content", "delivered"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("receiver_id", String(36), nullable=False, unique=True),
    Column("document_seq", Integer, ForeignKey("documents.seq", ondelete="CASCADE"), nullable=False),
    Column("to_code", String(64), nullable=False),
    Column("agency", String(64), nullable=False),  # the directory's own code of whoever to_code names
    Column("system_id", String(255), nullable=True),
    Column("message_type", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("state_text", Text, nullable=False, default=""),
    Column("fetched", Boolean, nullable=False, default=False),
    Column("business_status", String(16), nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("deliveries_by_document", "document_seq"),
    Index("deliveries_by_system", "system_id", "message_type", "created_at"),
    Index(
        "deliveries_pending",
        "system_id",
        "message_type",
        "seq",
        sqlite_where=text("state IN ('initial', 'processing')"),
        postgresql_where=text("state IN ('initial', 'processing')"),
    ),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document_seq", Integer, ForeignKey("documents.seq", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("event", String(32), nullable=False),
    Column("to_code", String(64), nullable=True),
    Column("detail", Text, nullable=False, default=""),
    Index("events_by_document", "document_seq"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("system", String(255), nullable=True),
    # Whether the request proved by its MAC to come from ``system``; otherwise that is only what it claims.
    Column("verified", Boolean, nullable=False, server_default=true()),
    Column("operation", String(32), nullable=False),
    Column("agency", String(64), nullable=True),
    Column("document_id", Text, nullable=True),
    Column("receiver_id", String(64), nullable=True),
    Column("http_status", Integer, nullable=True),  # NULL: the connection was closed without an answer
    Column("status", String(8), nullable=True),
    Column("error_code", String(8), nullable=True),
    Column("findings", Text, nullable=False, default="[]"),
    Column("fault", Text, nullable=True),  # the names of all that fired
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("request_headers", LargeBinary, nullable=False),  # zlib of the JSON list of [name, value]
    Column("request_body", LargeBinary, nullable=True),
    Column("request_content", String(64), nullable=True),  # contents.sha256, in the place of request_body
    Column("request_tail", LargeBinary, nullable=True),  # what followed the content in the body: the CR LF
    Column("request_truncated", Boolean, nullable=False, default=False),
    Column("answer_headers", LargeBinary, nullable=False),
    Column("answer_body", LargeBinary, nullable=True),
    Column("answer_content", String(64), nullable=True),  # contents.sha256 of the package that the answer carries
    Column("answer_truncated", Boolean, nullable=False, default=False),
    Column("request_id", String(64), nullable=False, default="", server_default=""),
    Index("exchanges_by_content", "request_content"),
    # Numbers are never used again, not even after a reset: whoever reads the journal goes on from the last one.
    sqlite_autoincrement=True,
)

fault_rules = Table(
    "fault_rules",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("fired", Integer, nullable=False, default=0),
    Column("origin", String(16), nullable=False, server_default="control"),  # or "file": of the axis's start
)

fault_log = Table(
    "fault_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("system", String(255), nullable=True),  # NULL: nobody proved who sent the request
    Column("line", Text, nullable=False),
    # As of the journal: whoever reads the log goes on from the last number, also after a reset.
    sqlite_autoincrement=True,
)

ordinals = Table(
    "ordinals",
    metadata,
    Column("system", String(255), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("system", "operation"),
)
