"""What can go wrong with the memory of an axis, said in one line each."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from schemas import messages


class UnusableStore(Exception):  # noqa: N818 - said to the user as it is
    """The store cannot be used by this version, or not at all; the text says what and how to mend it.

    ``key`` names it in the message catalogues, below ``simulator.store``.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(messages.text(f"simulator.store.{key}", messages.language(), **values))


class StorageFailed(Exception):  # noqa: N818 - says what happened, like the library's own
    """The store could not be read, or a transaction not made durable; nothing of it is stored."""


def reason(error: BaseException) -> str:
    """Give what the database said, in one line and without the statement and its values."""
    said: object = error
    if isinstance(error, SQLAlchemyError):
        said = getattr(error, "orig", None) or error.__cause__ or error
    arguments = getattr(said, "args", ())
    if arguments and isinstance(arguments[0], dict):  # the fields of an ErrorResponse of PostgreSQL: M is the message
        said = arguments[0].get("M", said)
    return " ".join(str(said).split())
