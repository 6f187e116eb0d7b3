"""No secret, token or MAC leaves the axis, wherever and in whatever form a client leaves it."""

from __future__ import annotations

import base64
import json

import pytest

from simulator.redaction import Redaction
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_transport import raw, request


@pytest.mark.parametrize("secret", ["not-a-real-bí-mật-123", 'not"a\\real=secret&1'])
def test_a_secret_is_struck_out_in_every_form(office: Office, sender: Participant, secret: str) -> None:
    """In a header as UTF-8, in the signed JSON escaped, in the path, in the body of another system's request."""
    axis = office.axis
    who = office.participant()
    who = Participant(axis, who.system, secret, who.code, who.old_code)
    axis.register(who.system, secret, [{"code": who.code, "name": "Sở Thử nghiệm"}])
    ok_answer = raw(axis, request(who, "countReceiveEdoc", {"note": f"x {secret} y"}, body=b"{}"))
    assert json.loads(ok_answer.body)["status"] == "OK"
    body = json.dumps({"a": secret}).encode() + json.dumps({"b": secret}, ensure_ascii=False).encode()
    raw(axis, request(sender, "registerAgency", {}, body=body))
    path = "/a-" + "".join(f"%{byte:02X}" for byte in secret.encode()) + "/countReceiveEdoc"
    raw(axis, request(who, "", {}, path=path, body=b"{}"))
    axis.last_exchange("countReceiveEdoc")
    forms = {secret, json.dumps(secret)[1:-1], secret.encode().decode("latin-1")}
    seen = [*who.exchanges(), *sender.exchanges()]
    assert len(seen) >= 3
    for entry in seen:
        detail = axis.call("GET", f"/exchanges/{entry['seq']}").json()
        told = json.dumps(detail, ensure_ascii=False) + base64.b64decode(detail["request"]["body"]).decode()
        told += json.dumps(entry, ensure_ascii=False) + " ".join(value for _, value in detail["request"]["headers"])
        told += detail["request"]["path"]
        assert not [form for form in forms if form in told]
    note = next(
        value
        for entry in who.exchanges()
        for name, value in axis.call("GET", f"/exchanges/{entry['seq']}").json()["request"]["headers"]
        if name == "xroadvnpt-note"
    )
    assert note == "x *** y"


def test_a_secret_in_a_package_is_kept_for_the_receiver_and_not_shown(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    axis = office.axis
    letter = office.letter(sender, receiver, subject=f"Công văn {sender.secret} thử nghiệm")
    assert sender.secret.encode() in letter
    sent = ok(sender.official().send(letter, sender=sender.code).result)
    [delivery] = axis.call("GET", f"/documents/{sent.doc_id}").json()["recipients"]
    fetched = ok(receiver.official().fetch(delivery["receiver_id"]).result)
    assert fetched.text is not None
    assert sender.secret.encode() in fetched.text
    shown = [base64.b64decode(axis.call("GET", f"/documents/{sent.doc_id}").json()["package"])]
    for entry in (axis.last_exchange("sendEdoc"), axis.last_exchange("getEdoc")):
        answer = base64.b64decode(entry["answer"]["body"])
        shown += [base64.b64decode(entry["request"]["body"]), answer]
        if entry["operation"] == "getEdoc":
            shown.append(base64.b64decode(json.loads(answer)["data"]))
    assert not [body for body in shown if sender.secret.encode() in body]
    assert sum(b"***" in body for body in shown) == 3


def test_a_mac_in_another_form_is_told_by_its_length_alone(sender: Participant) -> None:
    """Whoever writes ``0x`` before a valid MAC has sent a valid MAC; it stands nowhere else in the journal either."""
    whole = request(sender, "countReceiveEdoc", {}, body=b"{}")
    mac = whole.split(b"XroadVnpt-hash-header: ")[1].split(b"\r\n")[0]
    answer = raw(sender.axis, whole.replace(mac, b"0x" + mac))
    content = json.loads(answer.body)
    assert content["ErrorCode"] == "15"
    assert "66" in content["ErrorDesc"]
    raw(sender.axis, whole.replace(b"Host: axis", b"Host: axis\r\nX-Copy: " + mac))
    sender.axis.last_exchange("countReceiveEdoc")
    for entry in sender.exchanges():
        assert mac.decode() not in sender.axis.call("GET", f"/exchanges/{entry['seq']}").text
    assert mac.decode() not in answer.body.decode()


def test_many_secrets_are_found_across_the_pieces_of_a_large_body() -> None:
    secrets = [f"{number:03d}-not-a-real-secret" for number in range(500)]
    redaction = Redaction(["the-token"])
    redaction.know({"": secrets})
    filler = b"012-not-a-real " * 20_000
    body = filler + b"|".join(secret.encode() for secret in secrets) + filler + b"the-token"
    clean = redaction.of().body(body)
    assert clean == filler + b"|".join([b"***"] * 500) + filler + b"***"
    for cut in range(256 * 1024 - 30, 256 * 1024 + 5):
        assert redaction.of().body(b"a" * cut + b"499-not-a-real-secret!") == b"a" * cut + b"***!"
    redaction.know({"": ["short"]})
    assert redaction.of().text("short 001-not-a-real-secret") == "short 001-not-a-real-secret"
