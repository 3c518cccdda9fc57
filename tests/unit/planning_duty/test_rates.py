"""Rate texts of the tariff: each shape that the columns print, and what is none of them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from entrygo.planning.duty.quantities import dutiable_quantity, quantity_in, to_cents
from entrygo.planning.duty.rates import OfAnotherArticle, PerUnit, Rate, read_rate
from entrygo.planning.duty.special import read_special
from entrygo.planning.law.processing_fee import entered_value
from entrygo.planning.law.provisions import Added, Total, read_provision
from entrygo.planning.law.rate_texts import Unreadable


@pytest.mark.parametrize(
    ("text", "specific", "ad_valorem"),
    [
        ("Free", [], "0"),
        ("16.5%", [], "0.165"),
        ("33 1/3%", [], "1/3"),
        ("<b>2.9%</b>", [], "0.029"),
        ("6.5% on the entire set", [], "0.065"),
        ("3¢/kg", [("0.03", "kg")], "0"),
        ("0.9¢ each", [("0.009", "each")], "0"),
        ("$3/head", [("3", "each")], "0"),
        ("5.3¢/liter", [("0.053", "liters")], "0"),
        ("$1,035/t", [("1035", "t")], "0"),
        ("10¢/doz.", [("0.1", "doz")], "0"),
        ("90¢/pr. + 20%", [("0.9", "prs")], "0.2"),
        ("11¢/kg +20%", [("0.11", "kg")], "0.2"),
        ("$1.58/pr. + 35%", [("1.58", "prs")], "0.35"),
        ("14.4¢/gross + 2%", [("0.144", "gross")], "0.02"),
        ("10¢/pack + 20%", [("0.1", "pack")], "0.2"),
        ("4¢ each + 2¢/kg + 1%", [("0.04", "each"), ("0.02", "kg")], "0.01"),
    ],
)
def test_rate_is_read(text: str, specific: list[tuple[str, str]], ad_valorem: str) -> None:
    rate = read_rate(text)
    assert isinstance(rate, Rate)
    assert rate.specific == tuple(PerUnit(Fraction(amount), unit) for amount, unit in specific)
    assert rate.ad_valorem == Fraction(ad_valorem)
    assert rate.is_free is (text == "Free")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "See note 3",
        "30.6¢/kg less 0.020668¢/kg for each degree under 100 degrees",
        "4.4¢/kg on lead content",
        "51¢ each + 6.25% on the case and strap",
        "2% of the cost of processing",
        "3/kg",
        "$3¢/kg",
        "5 1/0%",
        "16.5% + ",
        "Free 1/",
        "-5%",
    ],
)
def test_rate_of_an_unknown_shape_is_never_nothing(text: str) -> None:
    rate = read_rate(text)
    assert isinstance(rate, Unreadable)
    assert rate.reason


@pytest.mark.parametrize(
    "text",
    [
        "The rate of duty applicable to that article in the set subject to the highest rate of duty",
        "The rate of duty appli- cable to that article in the set subject to the high- est rate of duty",
        "The rate applicable to the article of which it is an accessory",
    ],
)
def test_rate_of_another_article_says_which(text: str) -> None:
    rate = read_rate(text)
    assert isinstance(rate, OfAnotherArticle)
    assert rate.article.startswith("the article")


def test_special_column_gives_each_programme_its_rate() -> None:
    special = read_special("Free (A*,AU, BH, CL,S, SG) 16.6% (E) 2.9%(JP)")
    read = {symbol: rate.ad_valorem for symbol, rate in special.by_symbol.items() if isinstance(rate, Rate)}
    assert read == {
        **dict.fromkeys(["A*", "AU", "BH", "CL", "S", "SG"], 0),
        "E": Fraction("0.166"),
        "JP": Fraction("0.029"),
    }
    assert (special.rest, read_special("").by_symbol) == ("", {})


def test_special_rate_in_words_is_unreadable_for_its_programmes_alone() -> None:
    special = read_special("Free (AU,S) See 9822.05.20 (P,P+) and more")
    assert isinstance(special.by_symbol["S"], Rate)
    assert isinstance(special.by_symbol["P+"], Unreadable)
    assert special.rest == "and more"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("The duty provided in the applicable subheading", "0"),
        ("The duty provided in the applicable subheading + 12.5%", "1/8"),
        ("The duty provided in the applicable subheading +10%", "1/10"),
        ("The duty provided in the applicable subheading plus 25%", "1/4"),
        ("The duty provided in subheadings 8716.39.00, 8716.90.30 or 8716.90.50 + 100%", "1"),
        ("No change", "0"),
        ("The rate applicable in the absence of this heading", "0"),
    ],
)
def test_heading_of_chapter_99_adds_to_the_duty_of_the_goods(text: str, share: str) -> None:
    rate = read_provision(text)
    assert isinstance(rate, Added)
    assert rate.share == Fraction(share)


def test_bare_percentage_in_chapter_99_is_a_total() -> None:
    rate = read_provision("12.5%")
    assert isinstance(rate, Total)
    assert rate.share == Fraction(1, 8)


@pytest.mark.parametrize(
    "text", ["", "The duty provided in the applicable subheading + 3¢/kg", "A quota rate"]
)
def test_heading_of_an_unknown_shape_is_unreadable(text: str) -> None:
    assert isinstance(read_provision(text), Unreadable)


@pytest.mark.parametrize(
    ("amount", "quantity", "counted"),
    [
        ("0.03", "100.4", "100"),
        ("0.03", "100.5", "101"),
        ("1", "2.5", "3"),
        ("1.58", "2.5", "2.50"),
        ("1.58", "2.345", "2.35"),
    ],
)
def test_fractions_of_a_unit_count_above_a_dollar_alone(amount: str, quantity: str, counted: str) -> None:
    """19 CFR 159.3(b)."""
    assert str(dutiable_quantity(PerUnit(Fraction(amount), "kg"), Fraction(quantity))) == counted


@pytest.mark.parametrize(
    ("value", "entered"), [("100.49", "100"), ("100.50", "101"), ("0.5", "1"), ("0", "0")]
)
def test_value_counts_in_whole_dollars(value: str, entered: str) -> None:
    """19 CFR 159.3(a)."""
    assert str(entered_value(Decimal(value))) == entered


def test_cents_are_rounded_half_up_from_the_exact_number() -> None:
    assert [str(to_cents(Fraction(text))) for text in ("0.005", "0.0049", "1/3", "2/3")] == [
        "0.01",
        "0.00",
        "0.33",
        "0.67",
    ]


@pytest.mark.parametrize(
    ("unit", "given", "quantity"),
    [
        ("kg", {"kg": "2.5"}, "2.5"),
        ("kg", {"g": "2500"}, "2.5"),
        ("each", {"pcs": "30"}, "30"),
        ("each", {"doz": "2.5"}, "30"),
        ("gross", {"doz": "6"}, "1/2"),
        ("prs", {"doz prs": "2"}, "24"),
        ("prs", {"no": "2"}, None),
        ("m2", {}, None),
    ],
)
def test_quantity_is_found_in_the_units_of_the_tariff(
    unit: str, given: dict[str, str], quantity: str | None
) -> None:
    found = quantity_in(unit, {name: Decimal(number) for name, number in given.items()})
    assert found == (None if quantity is None else Fraction(quantity))
