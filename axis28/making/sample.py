"""Fills an order with fictitious members until it is complete: agencies and people that do not exist."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from axis28.making.document import ABOUT_THE_PACKAGE, Desk, named, wire_date
from axis28.making.order import Order, merged
from axis28.making.original import read_original
from fixtures.letterhead import LETTER, Letterhead, new_letterhead
from fixtures.paper import new_pdf_document
from protocol.rules import doctypes

OFFICER = {"department": "Văn thư", "name": "Nguyễn Văn Thử", "email": "vanthu@example.org", "mobile": "0000123457"}
SENDER = {"code": "H99.01", "name": "Sở Thử nghiệm", "in_charge": "UBND tỉnh Ví Dụ", "email": "vanthu@example.org"}
RECEIVER = {"code": "G98.02", "name": "Cục Mẫu"}
OFFICIAL_LETTER = "Công văn"
DESCRIPTIONS = {
    "01": "Đã đến hệ thống, chờ tiếp nhận",
    "02": "Từ chối tiếp nhận: văn bản gửi nhầm nơi nhận",
    "03": "Đã tiếp nhận, vào sổ văn bản đến",
    "04": "Đã phân công xử lý",
    "05": "Đang xử lý",
    "06": "Đã hoàn thành xử lý",
    "13": "Đề nghị lấy lại văn bản do gửi nhầm",
    "15": "Đồng ý yêu cầu cập nhật, lấy lại",
    "16": "Từ chối yêu cầu cập nhật, lấy lại",
}


def sample_status(order: Order, desk: Desk) -> Order:
    """Give an order of a status with everything that it leaves open."""
    code = order.get("code", "03")
    today = f"{desk.wall_time:%Y/%m/%d}"
    about = {"from": SENDER["code"], "sign": "05/STN-VP", "document_id": f"{SENDER['code']},{today},05/STN-VP"}
    base: Order = {"code": code, "about": {**about, "date": today}, "officer": OFFICER}
    if code in DESCRIPTIONS:
        base["description"] = DESCRIPTIONS[code]
    if not isinstance(order.get("about"), str):
        base["from"] = RECEIVER
        if code == "13":
            base |= {"from": SENDER, "about": {**base["about"], "from": RECEIVER["code"]}}
    return merged(base, order) if isinstance(order.get("about", {}), dict) else {**base, **order}


def sample_document(order: Order, desk: Desk) -> Order:
    """Give an order of a document with everything that it leaves open; its letter is drawn from what it says."""
    kind = order.get("kind", "new")
    base: Order = {"officer": OFFICER}
    if kind in ("recall", "update"):
        base["reason"] = "Văn bản gửi nhầm nơi nhận" if kind == "recall" else "Lùi hạn trả lời"
        if kind == "update" and set(order) <= ABOUT_THE_PACKAGE:
            base["due_date"] = f"{desk.wall_time + timedelta(days=14):%Y-%m-%d}"
        return merged(base, order)
    number = "05" if kind == "new" else "06"
    base |= {
        "from": SENDER,
        "number": number,
        "date": f"{desk.wall_time:%Y-%m-%d}",
        "place": "Ví Dụ",
        "type": OFFICIAL_LETTER,
        "subject": "V/v thử nghiệm liên thông văn bản",
        "signer": {"authority": "KT. GIÁM ĐỐC", "position": "Phó Giám đốc", "name": "Trần Thị Mẫu"},
        "pages": 1,
        "to_places": ["Như trên", "Lưu: VT"],
    }
    if kind == "new" or "about" not in order:
        base["to"] = [RECEIVER]
    else:
        header = read_original(desk.folder / order["about"], desk.held, desk.lang).header
        base |= {"from": named(header.sender), "to": [named(body) for body in header.to]}
    filled = merged(base, order)
    short = _abbreviation(filled["type"])
    filled.setdefault("notation", f"{short}-STN" if short else "STN-VP")
    if not filled.get("files"):
        drawn = base64.b64encode(new_pdf_document(_letter(filled))).decode("ascii")
        filled["files"] = [{"name": "văn bản.pdf", "base64": drawn}]
    return filled


def _abbreviation(type_name: str) -> str:
    known = doctypes.exactly(type_name)
    return known.abbreviations[0] if known is not None and known.abbreviations else ""


def _letter(order: Order) -> Letterhead:
    """Print what the header says: the two must not contradict each other."""
    year, month, day = wire_date(order["date"]).split("/")
    month = month if month in {"01", "02"} else month.lstrip("0")  # ND 30/2020 Phụ lục I: no other month has a zero
    addressees = tuple(body.get("name", body["code"]) for body in order.get("to", ()))
    signer, sender = order["signer"], order["from"]
    changes: dict[str, Any] = {
        "superior": sender.get("in_charge", "").upper(),
        "agency": sender.get("name", sender["code"]).upper(),
        "sign_line": f"Số: {order['number']}/{order['notation']}",
        "date_line": f"{order['place']}, ngày {day} tháng {month} năm {year}",
        "subject": order["subject"],
        "authority": tuple(line for line in (signer.get("authority"), signer["position"].upper()) if line),
        "signer": signer["name"],
        "addressees": addressees,
        "body": ("Sở Thử nghiệm đề nghị quý cơ quan phối hợp thử nghiệm gửi, nhận văn bản điện tử.", "Trân trọng./."),
        "recipients": ("Như trên;", "Lưu: VT."),
    }
    if doctypes.fold(order["type"]) != doctypes.fold(OFFICIAL_LETTER):
        changes |= {
            "type_name": order["type"].upper(),
            "addressees": (),
            "recipients": (*(f"{name};" for name in addressees), "Lưu: VT."),
        }
    return new_letterhead(LETTER, **changes)
