"""What stands in the place of an answer when a gateway or a login page speaks instead of the axis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One such answer."""

    status: int
    media_type: str
    body: bytes


PAGES = {
    "html-502": Page(
        502,
        "text/html; charset=utf-8",
        b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        b"<center><h1>502 Bad Gateway</h1></center>\r\n"
        b"<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n",
    ),
    "html-200": Page(
        200,
        "text/html; charset=utf-8",
        '<!DOCTYPE html>\r\n<html lang="vi">\r\n<head><title>Đăng nhập</title></head>\r\n<body>\r\n'
        '<form method="post" action="/login"><h1>Đăng nhập mạng nội bộ</h1>\r\n'
        '<input name="user"><input name="password" type="password"><button>Đăng nhập</button></form>\r\n'
        "</body>\r\n</html>\r\n".encode(),
    ),
    "empty-200": Page(200, "application/json; charset=utf-8", b""),
}
