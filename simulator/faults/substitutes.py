"""What stands in the place of the axis's answer: a gateway or login page speaks, or it refuses for no reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from protocol.wire.signing import SignatureRefused
from simulator import answers
from simulator.answers import JSON, Answer, Refused
from simulator.faults import kinds
from simulator.faults.rules import Rule

_HTML = "text/html; charset=utf-8"
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"
)
_LOGIN = (
    '<!DOCTYPE html>\r\n<html lang="vi">\r\n<head><title>Đăng nhập</title></head>\r\n<body>\r\n'
    '<form method="post" action="/login"><h1>Đăng nhập mạng nội bộ</h1>\r\n'
    '<input name="user"><input name="password" type="password"><button>Đăng nhập</button></form>\r\n'
    "</body>\r\n</html>\r\n"
).encode()


@dataclass(frozen=True, slots=True)
class Substitute:
    """An answer that the axis did not make, with the headers that it needs beside the usual ones."""

    answer: Answer
    headers: Mapping[str, str] = field(default_factory=dict)


def substitute(rule: Rule, operation: str) -> Substitute | None:
    """Make what a rule puts in the place of the answer; ``None`` where nothing is answered at all."""
    make = _SUBSTITUTES.get(rule.fault)
    return None if make is None else make(rule, operation)


def refuses(rule: Rule) -> bool:
    """Tell whether a fault speaks as the axis: only where it would not refuse the request by itself."""
    return rule.kind in (kinds.ROTATED_KEY, kinds.CLOSED_CODE, kinds.AXIS_FULL, kinds.FAIL_WITHOUT_DOCID)


def _page(status: int, media_type: str, body: bytes) -> Callable[[Rule, str], Substitute]:
    return lambda _rule, _operation: Substitute(Answer(body, http_status=status, media_type=media_type))


def _redirect(rule: Rule, _: str) -> Substitute:
    return Substitute(Answer(b"", http_status=302, media_type=_HTML), {"location": rule.argument("location")})


def _refusal(code: str, text: str) -> Callable[[Rule, str], Substitute]:
    return lambda _, operation: Substitute(answers.failure(operation, Refused(code, text, ())))


def _without_doc_id(_: Rule, operation: str) -> Substitute:
    made = answers.failure(operation, Refused(answers.SYSTEM_ERROR, "Loi he thong", ()))
    envelope = json.loads(made.body)
    del envelope["DocId"]
    return Substitute(Answer(answers.as_json(envelope), made.status, made.error_code))


def _rotated(_: Rule, operation: str) -> Substitute:
    text = SignatureRefused("signature-wrong").text
    return Substitute(answers.failure(operation, Refused(answers.BAD_SIGNATURE, text, ())))


def _closed(rule: Rule, operation: str) -> Substitute:
    text = f"Don vi nhan da khoa: {rule.argument('code')}"
    return Substitute(answers.failure(operation, Refused(answers.LOCKED_RECEIVER, text, ())))


_SUBSTITUTES: Mapping[str, Callable[[Rule, str], Substitute]] = {
    kinds.HTML_502.name: _page(502, _HTML, _BAD_GATEWAY),
    kinds.HTML_200.name: _page(200, _HTML, _LOGIN),
    kinds.EMPTY_200.name: _page(200, JSON, b""),
    kinds.EMPTY_204.name: _page(204, "", b""),
    kinds.NOT_JSON.name: _page(200, JSON, b"Service is busy, please try again later\r\n"),
    kinds.REDIRECT.name: _redirect,
    kinds.FAIL_WITHOUT_DOCID.name: _without_doc_id,
    kinds.AXIS_FULL.name: _refusal(answers.SYSTEM_ERROR, "Loi he thong: truc het dung luong luu tru"),
    kinds.ROTATED_KEY.name: _rotated,
    kinds.CLOSED_CODE.name: _closed,
}
