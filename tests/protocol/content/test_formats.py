"""What is read of each kind of file, and where on the page it stands."""

from __future__ import annotations

import io
import unicodedata
import zipfile

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from fixtures import vietnamese
from fixtures.casebook.letters import small_pdf
from fixtures.letterhead import DECISION, Appendix, new_letterhead
from fixtures.office import new_table
from fixtures.paper import new_pdf_document
from fixtures.worddoc import new_doc
from fixtures.wordpaper import new_docx_document
from protocol.content.text import Line
from tests.protocol.content.conftest import Read

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def container(**parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return target.getvalue()


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines]


def test_a_document_is_the_same_bytes_every_time() -> None:
    marked = new_letterhead(mark="MẬT")
    first = new_pdf_document(marked), new_docx_document(marked)
    new_pdf_document.cache_clear()
    new_docx_document.cache_clear()
    new_pdf_document(DECISION)
    assert (new_pdf_document(marked), new_docx_document(marked)) == first


def test_a_pdf_is_read_exactly_with_its_columns_apart(read: Read) -> None:
    text = read("quyết định.pdf", new_pdf_document(DECISION))
    assert texts(text.lines)[:6] == [
        "UBND TỈNH VÍ DỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "SỞ THỬ NGHIỆM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 05/QĐ-STN",
        "Ví Dụ, ngày 20 tháng 11 năm 2026",
    ]
    sign = text.lines[4]
    assert (sign.page, round(sign.width), round(sign.height)) == (1, 595, 842)
    assert sign.right < sign.width / 2 < text.lines[5].right
    assert 90 < sign.top < sign.bottom < 130
    assert text.place(4) == "p.1 l.5"


def test_every_letter_of_the_alphabet_survives(read: Read) -> None:
    body = tuple(vietnamese.ALL_LETTERS[at : at + 20] for at in range(0, len(vietnamese.ALL_LETTERS), 20))
    document = new_letterhead(body=body)
    pdf, word = read("a.pdf", new_pdf_document(document)), read("a.docx", new_docx_document(document, form="NFD"))
    for line in body:
        assert line in texts(pdf.lines)
        assert line in texts(word.lines)


def test_pages_are_told_apart(read: Read) -> None:
    text = read("a.pdf", new_pdf_document(new_letterhead(appendixes=(Appendix(), Appendix("Phụ lục II")))))
    assert text.pages == 3
    assert [line.page for line in text.lines if line.text.startswith("Phụ lục")] == [2, 3]


def test_a_stamp_that_is_an_annotation_is_text_of_its_page(read: Read) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), invariant=1)
    canvas.drawString(80, 700, "Van ban")
    canvas.acroForm.textfield(name="so", value="TOI MAT", x=80, y=600, width=200, height=24)
    canvas.showPage()
    canvas.save()
    assert "TOI MAT" in texts(read("a.pdf", target.getvalue()).lines)


def test_a_pdf_without_text_says_so(read: Read) -> None:
    assert read("quét.pdf", small_pdf()).unread == "no-text"


def test_a_pdf_with_a_password_says_so(read: Read) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, encrypt=StandardEncryption("bi-mat", "chu", strength=128))
    canvas.drawString(80, 700, "Van ban")
    canvas.showPage()
    canvas.save()
    text = read("khóa.pdf", target.getvalue())
    assert text.unread == "encrypted"
    assert text.marks == {"encrypted"}


def test_a_word_file_says_in_which_part_a_line_stands(read: Read) -> None:
    marked = new_letterhead(mark="MẬT", page_header="STN")
    text = read("a.docx", new_docx_document(marked, mark_at="box"))
    parts = {line.text: line.part for line in text.lines}
    assert parts["MẬT"] == "box"
    assert parts["STN"] == "header"
    assert parts["Số: 05/QĐ-STN"] == "cell"
    assert parts["QUYẾT ĐỊNH"] == "body"


def test_deleted_text_and_copies_for_old_programs_are_not_read(read: Read) -> None:
    document = (
        f'<w:document {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>'
        "<w:p><w:del><w:r><w:delText>MẬT</w:delText></w:r></w:del><w:r><w:t>còn</w:t></w:r></w:p>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>hộp</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>hộp</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:p><w:r><w:t>Số: 05</w:t><w:tab/><w:t>Ví Dụ, ngày</w:t><w:br/><w:t>dưới</w:t></w:r></w:p>"
        "</w:body></w:document>"
    )
    text = read("a.docx", container(word__document_xml=document))
    assert texts(text.lines) == ["còn", "hộp", "Số: 05", "Ví Dụ, ngày", "dưới"]


def test_a_sheet_gives_its_cells_and_what_it_prints_on_top(read: Read) -> None:
    text = read("a.xlsx", new_table((("Độ mật", "Tên"), ("MẬT", "Đề thi")), page_header="STN"))
    assert texts(text.lines) == ["Độ mật", "Tên", "MẬT", "Đề thi", "STN"]
    assert [line.part for line in text.lines] == ["cell"] * 4 + ["header"]


def test_slides_and_their_notes_are_read(read: Read) -> None:
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    slide = f"<p:sld xmlns:p='p' {a}><a:p><a:r><a:t>MẬT</a:t></a:r></a:p></p:sld>"
    data = container(ppt__presentation_xml="<p/>", ppt__slides__slide1_xml=slide, ppt__slides__slide2_xml=slide)
    text = read("a.pptx", data)
    assert (text.kind, [line.page for line in text.lines]) == ("slides", [1, 2])


def test_an_open_document_is_read_with_its_page_header(read: Read) -> None:
    names = 'xmlns:o="o" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="style"'
    data = container(
        mimetype="application/vnd.oasis.opendocument.text",
        content_xml=f"<o:d {names}><text:h>Số: <text:span>05</text:span>/QĐ-STN</text:h>"
        "<text:p>một<text:tab/>hai</text:p></o:d>",
        styles_xml=f"<o:d {names}><style:header><text:p>MẬT</text:p></style:header></o:d>",
    )
    text = read("a.odt", data)
    assert [(line.text, line.part) for line in text.lines] == [
        ("Số: 05/QĐ-STN", "body"),
        ("một", "body"),
        ("hai", "body"),
        ("MẬT", "header"),
    ]


def test_an_old_word_file_is_read_through_its_piece_table(read: Read) -> None:
    data = new_doc(["Số: 05/QĐ-STN", "xem \x13 HYPERLINK x \x14liên kết\x15", "a\x07b"], page_header=["MẬT"])
    text = read("a.doc", data)
    assert [(line.text, line.part) for line in text.lines] == [
        ("Số: 05/QĐ-STN", "body"),
        ("xem liên kết", "body"),
        ("a", "body"),
        ("b", "body"),
        ("MẬT", "header"),
    ]
    assert read("khóa.doc", new_doc(["a"], encrypted=True)).unread == "encrypted"


@pytest.mark.parametrize(
    "data",
    [
        "Mật độ".encode(),
        "Mật độ".encode("utf-8-sig"),
        "Mật độ".encode("utf-16"),
        unicodedata.normalize("NFD", "Mật độ").encode(),
    ],
)
def test_plain_text_is_read_in_the_encodings_of_the_field(read: Read, data: bytes) -> None:
    assert texts(read("a.txt", data).lines) == ["Mật độ"]


@pytest.mark.parametrize(
    ("name", "data", "unread"),
    [
        ("a.zip", container(a="b"), "unsupported"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "unsupported"),
        ("a.pdf", b"khong phai", "misnamed"),
        ("a.docx", b"PK\x03\x04cut", "damaged"),
        ("a.doc", b"khong phai", "unsupported"),
        ("a.pdf", b"%PDF-1.7\n%%EOF\n", "damaged"),
        ("a.txt", b"", ""),
    ],
)
def test_what_cannot_be_read_says_why(read: Read, name: str, data: bytes, unread: str) -> None:
    assert read(name, data).unread == unread


def test_macros_and_embedded_files_are_facts_of_an_office_file(read: Read) -> None:
    document = f"<w:document {W}><w:body><w:p><w:r><w:t>chữ</w:t></w:r></w:p></w:body></w:document>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", document)
        archive.writestr("word/vbaProject.bin", b"")
        archive.writestr("word/embeddings/a.xlsx", b"")
    assert read("a.docm", target.getvalue()).marks == {"macros", "embedded-files"}
