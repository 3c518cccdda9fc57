"""The suggested manufacturer identification code, on the examples of the rule and of carriers."""

import pytest

from entrygo.domain.facts import Manufacturer
from entrygo.planning.manufacturer_id import suggest_mid


def suggested(**fields: str) -> str | None:
    return suggest_mid(Manufacturer(**{"country": "US", "name": "Bergstrom", "city": "Reno"} | fields))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Amalgamated Plastics Corp.", "AMAPLA"),
        ("Bergstrom", "BER"),
        ("A.B.C. Company", "ABCCOM"),
        ("O.A.S.I.S. Corp.", "OASCOR"),
        ("Dr. S.A. Smith", "DRSA"),
        ("Shavings B L Inc.", "SHABL"),
        ("Concept 2000", "CON200"),
        ("The Society of Arts", "SOCART"),
        ("Économie d'Été Ltée", "ECODET"),
        ("Łódź Drewno Sp. z o.o.", "LODDRE"),
        ("Ørsted Møbler A/S", "ORSMOB"),
    ],
)
def test_name_gives_three_characters_of_its_first_two_words(name: str, part: str) -> None:
    assert suggested(name=name) == f"US{part}REN"


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("13 Elliot 111 Court", "111"),
        ("12,34,56 Alaska Road", "1234"),
        ("12-34-56 Alaska Road", "1234"),
        ("Carrera 43A No 1-50", "150"),
        ("Minato 1–2–3", "123"),
        ("Building 3 - 12 Harbour Road", "12"),
        ("236 Wendell Ford Blvd Ste 1304", "1304"),
        ("1450 East Hastings Street", "1450"),
        ("1450 East Hastings Street Suite 12", "1450"),
        ("Harbour Road", ""),
    ],
)
def test_street_gives_four_digits_of_its_largest_number(address: str, part: str) -> None:
    assert suggested(address=address) == f"USBER{part}REN"


@pytest.mark.parametrize(
    ("city", "part"),
    [
        ("St. Michel", "STM"),
        ("18-Mile High", "MIL"),
        ("The Hague", "HAG"),
        ("Québec", "QUE"),
        ("Ag", "AG"),
        ("Đà Nẵng", "DAN"),
        ("Łódź", "LOD"),
    ],
)
def test_city_gives_its_first_three_letters(city: str, part: str) -> None:
    assert suggested(city=city) == f"USBER{part}"


def test_code_of_a_carrier_is_found_again() -> None:
    maker = {"name": "DHL Express", "address": "236 Wendell Ford Blvd Ste 1304", "city": "Erlanger"}
    assert suggested(**maker) == "USDHLEXP1304ERL"


@pytest.mark.parametrize(
    ("region", "country"),
    [
        ("BC", "XC"),
        ("on", "XO"),
        ("Québec", "XQ"),
        ("Nova Scotia", "XN"),
        ("SK", "XS"),
        ("YT", "XY"),
        ("Newfoundland", "XW"),
    ],
)
def test_canada_is_named_by_its_province(region: str, country: str) -> None:
    assert suggested(country="CA", region=region) == f"{country}BERREN"


def test_company_form_of_indonesia_is_left_out_there_alone() -> None:
    assert suggested(country="ID", name="PT Sinar Jaya") == "IDSINJAYREN"
    assert suggested(country="MY", name="PT Sinar Jaya") == "MYPTSINREN"


@pytest.mark.parametrize(
    "lacking",
    [{"name": " "}, {"city": ""}, {"country": ""}, {"country": "CA"}, {"name": "深圳"}, {"city": "12"}],
)
def test_nothing_is_suggested_without_country_name_and_city(lacking: dict[str, str]) -> None:
    assert suggested(**lacking) is None
