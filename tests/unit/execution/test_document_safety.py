"""Nothing hostile gets through any document, nothing private shows, and each says what it is."""

import csv
import html
import io
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrygo.domain.facts import (
    Broker,
    Fda,
    ImporterOfRecord,
    Manufacturer,
    Metal,
    Pga,
    Section232,
    Section232Status,
    Usmca,
)
from entrygo.domain.snapshot import Severity, Snapshot, ValidationMessage
from entrygo.domain.tariff import SECTION_232, AgencyFlag, CandidateHeading, TariffTreatment
from entrygo.execution import documents
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import NOTICE, SHORT_NOTICE
from entrygo.execution.package.printable import clean_text
from entrygo.execution.package.typesetting import character_widths, in_shipped_fonts
from tests.unit.execution.pdf_text import has_empty_boxes, text_of
from tests.unit.execution.rendered import html_of, json_of, readable, rendered, sheets_of
from tests.unit.execution.snapshots import make_item, make_order, make_product, make_snapshot, make_warehouse

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "|=1+1",
    "\t=1+1",
    "\r\n=cmd",
    "＝1+1",
    "\u200b=1+1",
    "safe\u202egnp.exe",
    "zero\u200bwidth\ufeff",
    "nul\0byte\x07",
    "{{ 7*7 }}",
    "' onmouseover='x",
    'comma, "quote"',
    '#panic("x") #read("/etc/passwd") *b* $x$ \\ // /* <l> @l',
    "http://evil.example/x",
    "_x0041_",
    "W" * 300,
)
HTML_TYPES = (
    "cci_human_readable", "packing_list", "section_232_declaration", "usmca_certification",
)  # fmt: skip
CSV_TYPES = ("cci_csv", "entry_lines", "packing_list_csv", "section_232_declaration_csv")
JSON_TYPES = (
    "usmca_certification_json", "fee_estimate", "entry_dataset", "ace_manifest", "manifest",
)  # fmt: skip
SCRIPTS = {
    "Latin": "Ångström Škoda Đặng ßtraße",
    "Greek": "Ελλάδα",
    "Cyrillic": "Щёлково",
    "Chinese": "深圳市华强",
    "Japanese": "東京かなカナ",
    "Korean": "한국무역",
    "Arabic": "مصنع السجاد",
    "Hebrew": "שלום",
    "Thai": "กรุงเทพ",
    "Georgian": "ქართული",
    "emoji": "🧦 sock",
    "old ideograph": "\U0002a6d6",
}


def _hostile_snapshot(text: str) -> Snapshot:
    product = make_product(
        sku=text,
        customs_description=text,
        material_composition=text,
        country_of_origin=text,
        hts_code=text,
        unit_of_measure=text,
        manufacturer=Manufacturer(name=text, address=text, city=text, mid=text),
        usmca=Usmca(criterion=text, certification=text),
        section_232=Section232(
            status=Section232Status.REVIEW,
            evidence=text,
            metals=(Metal(metal="steel", melt_pour=text, smelt_1=text, smelt_2=text, cast=text),),
        ),
        pga=Pga(fda=Fda(product_code=text, registration=text)),
    )
    # From imported tables, so it may be anything, too.
    treatment = TariffTreatment(
        hts_units=(text, "kg"),
        agency_flags=(AgencyFlag(code=text, agency=text, is_required=True),),
        candidate_headings=(CandidateHeading(programme=SECTION_232, heading=text),),
    )
    order = make_order(
        external_id=text,
        destination_region=text,
        destination_postal_code=text,
        items=[make_item(product.id, "2", "1.5")],
    )
    message = ValidationMessage(code="C", message=text, severity=Severity.WARNING, field=text)
    return make_snapshot(
        products=(product,),
        orders=(order,),
        tariff={product.id: treatment},
        warehouse=make_warehouse(name=text, responsible_employee=text, phone=text, email=text),
        broker=Broker(id="br_123", external_id=text, name=text, email=text),
        validation_messages=(message,),
    )


@cache
def _hostile_documents(text: str) -> Mapping[str, RenderedArtifact]:
    """Rendered once for all tests that look at them."""
    return MappingProxyType(rendered(_hostile_snapshot(text)))


@cache
def _plain_documents() -> Mapping[str, RenderedArtifact]:
    return MappingProxyType(rendered())


class _Elements(HTMLParser):
    """The names of all elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_and_no_attribute_to_any_html(text: str) -> None:
    harmless, hostile = _hostile_documents("harmless"), _hostile_documents(text)
    for each in HTML_TYPES:
        expected = _Elements(harmless[each].content.decode())
        found = _Elements(hostile[each].content.decode())
        assert found.found <= expected.found | {"span"}
        assert found.attributes == expected.attributes


@pytest.mark.parametrize("artifact_type", HTML_TYPES)
def test_no_html_may_load_or_run_anything(artifact_type: str) -> None:
    page = _plain_documents()[artifact_type].content.decode()
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    risky = {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    assert not _Elements(page).found & risky


def test_no_template_lets_a_value_pass_unescaped() -> None:
    templates = Path(documents.__file__).parent / "templates"
    for template in templates.glob("*.j2"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup", source), template.name
        # An attribute of a value would have to be quoted; there are none but the language's own.
        assert not re.search(r"=\{\{", source), template.name


def test_a_narrow_screens_layout_is_not_printed() -> None:
    [narrow] = re.findall(r"@media[^{]*max-width[^{]*", html_of("cci_human_readable"))
    assert narrow.startswith("@media screen and")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_any_csv_is_a_formula(text: str) -> None:
    artifacts = _hostile_documents(text)
    openers = set("=+-@|＝＋－＠｜\t\r\n")
    for each in CSV_TYPES:
        [row] = csv.DictReader(io.StringIO(artifacts[each].content.decode(), newline=""))
        assert [value for value in row.values() if value[:1] in openers] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_the_workbook_holds_hostile_text_as_text(text: str) -> None:
    content = _hostile_documents(text)["cci_xlsx"].content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = [parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")]
        assert not any("hyperlink" in name or "rels/sheet" in name for name in parts.namelist())
    assert not any(re.search(r"<(f|hyperlink)[ >]", page) for page in pages)
    header, row = sheets_of(content)["orders"]
    assert row[header.index("sku")] == clean_text(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hidden_or_control_character_reaches_a_document(text: str) -> None:
    for artifact in _hostile_documents(text).values():
        content = readable(artifact)
        assert {char for char in content if char not in "\n\r" and not char.isprintable()} == set()


@pytest.mark.parametrize("text", HOSTILE)
def test_the_pdf_prints_hostile_text_as_it_is(text: str) -> None:
    content = _hostile_documents(text)["cci_pdf"].content
    printed = "".join(text_of(content).split())
    assert "".join(in_shipped_fonts(clean_text(text)).split()) in printed
    assert not has_empty_boxes(content)
    assert b"/URI" not in content
    assert b"/JavaScript" not in content


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_pdf_prints_no_empty_box_for_any_script(script: str) -> None:
    product = make_product(manufacturer=Manufacturer(name=SCRIPTS[script], mid="XXABC"))
    content = rendered(make_snapshot(products=(product,), orders=(make_order(),)))["cci_pdf"].content
    assert not has_empty_boxes(content)


@pytest.mark.parametrize(
    ("name", "printed"),
    [("深圳市华强", "深圳市华强"), ("Щёлково Ω", "Щёлково Ω"), ("กรุงเทพ", "krungethph †")],
)
def test_the_pdf_writes_in_latin_letters_only_what_no_font_has(name: str, printed: str) -> None:
    product = make_product(manufacturer=Manufacturer(name=name, mid="XXABC"))
    text = text_of(rendered(make_snapshot(products=(product,), orders=(make_order(),)))["cci_pdf"].content)
    assert printed in text
    assert ("† Written in Latin letters here" in text) is ("†" in printed)


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_whatever_the_text_is_every_character_printed_has_a_glyph(text: str) -> None:
    assert character_widths().keys() >= set(in_shipped_fonts(clean_text(text)))


def test_the_manifest_keeps_text_as_it_is_where_no_spreadsheet_reads_it() -> None:
    [product] = json_of("manifest", _hostile_snapshot("-2+3"))["products"]
    assert product["sku"] == "-2+3"


def _imported_by(number: str) -> Snapshot:
    importer = ImporterOfRecord(name="Northshore Imports LLC", number=number, bond="continuous")
    return make_snapshot(warehouse=make_warehouse(importer_of_record=importer))


def test_only_the_data_set_that_an_entry_is_filed_from_has_the_importers_number_in_full() -> None:
    artifacts = rendered(_imported_by("98-7654321"))
    showing = [
        each
        for each, artifact in artifacts.items()
        if "98-7654321" in readable(artifact) or "987654321" in readable(artifact)
    ]
    assert showing == ["entry_dataset"]
    for each in ("cci_human_readable", "cci_pdf", "packing_list", "entry_dataset", "manifest"):
        assert "****4321" in readable(artifacts[each])
    parties = json_of("entry_dataset", _imported_by("98-7654321"))["parties"]
    assert parties["importer_of_record"]["number"] == parties["consignee"]["number"] == "98-7654321"


@pytest.mark.parametrize("number", ["123-45-6789", "123456789"])
def test_what_may_be_a_persons_number_is_in_no_document(number: str) -> None:
    snapshot = _imported_by(number)
    for artifact in rendered(snapshot).values():
        assert number not in readable(artifact)
        assert "123456789" not in readable(artifact)
    found = json_of("entry_dataset", snapshot)
    assert found["parties"]["importer_of_record"]["number_masked"] == "****6789"
    assert found["left_to_the_broker"]["importer_of_record"] == ["number"]


@pytest.mark.parametrize("artifact_type", CSV_TYPES)
def test_every_row_of_a_csv_says_that_it_is_for_a_brokers_review(artifact_type: str) -> None:
    content = _plain_documents()[artifact_type].content
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    assert rows
    assert {row[header.index("notice")] for row in rows} == {SHORT_NOTICE}


@pytest.mark.parametrize("artifact_type", [*HTML_TYPES, *JSON_TYPES, "cci_pdf", "cci_xlsx"])
def test_every_document_that_is_read_says_that_it_is_for_a_brokers_review(artifact_type: str) -> None:
    content = html.unescape(readable(_plain_documents()[artifact_type]))
    assert " ".join(NOTICE.split()) in " ".join(content.split())


@pytest.mark.parametrize(
    "artifact_type", ["cci_human_readable", "cci_pdf", "section_232_declaration", "usmca_certification"]
)
def test_what_a_person_is_to_sign_is_unsigned(artifact_type: str) -> None:
    assert "Signature (unsigned)" in readable(_plain_documents()[artifact_type])
