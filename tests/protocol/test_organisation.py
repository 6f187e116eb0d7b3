"""Organisation codes: forms, levels, superiors, and that no text of any kind upsets the reading."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import organisation
from protocol.rules import codes

TOPS = st.builds(lambda letter, number: f"{letter}{number:02d}", st.sampled_from("AGHKZ"), st.integers(0, 99))
OLD_CODES = st.builds(
    lambda low, middle, high, top: f"{low:03d}.{middle:02d}.{high:02d}.{top}",
    st.integers(0, 999),
    st.integers(0, 99),
    st.integers(0, 99),
    TOPS,
)
GROUPS = st.text(alphabet="0123456789ABCXYZ", min_size=1, max_size=4)
NEW_CODES = st.builds(lambda top, groups: ".".join([top, *groups]), TOPS, st.lists(GROUPS, max_size=6)).filter(
    lambda code: len(code) <= organisation.LONGEST
)


@pytest.mark.parametrize(
    ("text", "form", "groups", "superior"),
    [
        ("000.00.00.H99", "qcvn-102", ("H99",), None),
        ("000.00.02.H99", "qcvn-102", ("H99", "02"), "000.00.00.H99"),
        ("000.03.02.H99", "qcvn-102", ("H99", "02", "03"), "000.00.02.H99"),
        ("004.03.02.H99", "qcvn-102", ("H99", "02", "03", "004"), "000.03.02.H99"),
        ("G99", "qd-20", ("G99",), None),
        ("H99.02.03", "qd-20", ("H99", "02", "03"), "H99.02"),
        ("H99.DN.001", "qd-20", ("H99", "DN", "001"), "H99.DN"),
        ("020100000001", "enterprise", ("020100000001",), None),
        ("00.22.W00", "centre", ("00.22.W00",), None),
        ("vxp.saas.03", "test-account", ("vxp.saas.03",), None),
    ],
)
def test_a_code_is_taken_apart(text: str, form: str, groups: tuple[str, ...], superior: str | None) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert (code.form, code.groups, code.superior) == (form, groups, superior)
    assert code.level == len(groups)


@pytest.mark.parametrize("text", ["", "H9", "h99", "H99.", ".H99", "H99..1", "H99.a", "Đ99", "H99 ", "null", "0" * 15])
def test_a_text_of_no_known_form_is_no_code(text: str) -> None:
    assert organisation.parse(text) is None


@pytest.mark.parametrize(("text", "kind"), [("H99", "committee"), ("000.00.00.K99", "council"), ("G99.1", "ministry")])
def test_the_letter_of_the_first_level_says_what_the_body_is(text: str, kind: str) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert code.kind == kind


@pytest.mark.parametrize("text", ["A99.1", "020100000001", "00.22.W00"])
def test_other_letters_and_forms_say_nothing(text: str) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert code.kind is None


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("004.00.02.H99", "004.NN.02.H99"),
        ("000.03.00.H99", "000.03.NN.H99"),
        ("004.00.00.H99", "004.NN.NN.H99"),
        ("004.03.00.H99", "004.03.NN.H99"),
    ],
)
def test_a_skipped_level_is_named(text: str, completed: str) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert not code.consistent
    assert code.completed == completed


@given(OLD_CODES)
def test_an_old_code_has_thirteen_characters_and_superiors_up_to_the_top(text: str) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert len(text) == 13
    assert code.official
    seen = [code]
    while (superior := seen[-1].superior) is not None:
        above = organisation.parse(superior)
        assert above is not None
        assert above.level < seen[-1].level
        assert above.top == code.top
        seen.append(above)
    assert seen[-1].level == 1
    assert len(seen) == code.level or not code.consistent


@given(NEW_CODES)
def test_the_superior_of_a_new_code_is_its_beginning(text: str) -> None:
    code = organisation.parse(text)
    assert code is not None
    assert code.consistent
    assert code.top == text[:3]
    assert code.level == text.count(".") + 1
    assert code.superior is None or (
        text.startswith(f"{code.superior}.") and code.level == 2 + code.superior.count(".")
    )


@given(NEW_CODES.map(lambda code: code.ljust(organisation.LONGEST, "1") if "." in code else f"{code}.".ljust(35, "1")))
def test_35_characters_pass_and_36_do_not(text: str) -> None:
    assert organisation.is_official(text)
    assert not organisation.is_official(f"{text}1")


@given(st.one_of(st.text(max_size=40), st.from_regex(re.compile(r"[0-9A-Za-z.]{0,40}"), fullmatch=True)))
def test_what_is_official_is_a_code_for_the_axis_too(text: str) -> None:
    assert codes.is_token(text) or not organisation.is_official(text)
