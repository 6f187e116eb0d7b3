"""The surnames (họ) of persons: a few dozen are those of nearly everybody."""

from __future__ import annotations

SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Đoàn|Lương|Mai|Cao|Đào|Tạ|Trương"
    "|Lâm|Nông|Triệu|Tô|Hà|Lò|Vàng|Giàng"
)
"""Alternatives of a pattern. Some of them also begin the names of places: *Hà*, *Lâm*, *Cao*."""
