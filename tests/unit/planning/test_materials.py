"""What a text says that goods are made of: a material that it denies is none."""

from typing import Any

import pytest

from entrygo.planning.rules.base import materials_in
from tests.factories import make_product
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning.test_corrected_rules import AUTUMN

DENIED = (
    "Aluminium-free deodorant stick",
    "Deodorant stick, aluminium\u2011free",
    "Deodorant stick (aluminium free)",
    "Deodorant, free of aluminium",
    "Deodorant free from any aluminium",
    "Deodorant without aluminium",
    "Deodorant, no aluminium",
    "Non-aluminium deodorant",
    "NON ALUMINIUM deodorant",
    "100 % wax, 0% aluminium",
    "100 % wax, 0.0 % aluminium",
)
NAMED = (
    "Aluminium bottle",
    "Aluminium bottle with an aluminium-free lid",
    "Aluminium, free size",
    "Aluminium free size band",
    "Aluminium bottle, free of BPA",
    "BPA-free aluminium bottle",
    "Non-stick aluminium pan",
    "No-spill aluminium cup",
    "10% aluminium, 90% glass",
    "10 % aluminium, 90 % glass",
    "1 0 % aluminium",
    "0.5 % aluminium",
    "1.0% aluminium",
    "3,0% aluminium",
)


@pytest.mark.parametrize("text", DENIED)
def test_a_material_that_a_text_denies_is_none(text: str) -> None:
    assert "aluminium" not in materials_in(text)


@pytest.mark.parametrize("text", NAMED)
def test_a_material_that_a_text_names_stays_whatever_else_it_denies(text: str) -> None:
    assert "aluminium" in materials_in(text)


def test_of_no_text_there_is_no_material() -> None:
    assert materials_in(None) == materials_in("") == frozenset()


@pytest.mark.parametrize(
    ("description", "composition", "is_asked"),
    [
        ("Women's non-cotton jacket", "100% polyester, 0% cotton", False),
        ("Women's cotton-free jacket", "60% cotton, 40% polyester", True),
    ],
)
def test_forced_labour_is_asked_about_the_inputs_that_are_there(
    description: str, composition: str, is_asked: bool
) -> None:
    """Public Law 117-78, section 3: goods made wholly or in part of an input from the region."""
    chinese: dict[str, Any] = {"country_of_origin": "CN", "usmca": {}}
    product = make_product(customs_description=description, material_composition=composition, **chinese)
    decision = decide_on(products=[product], entry_date=AUTUMN)
    assert bool(found(decision, "UFLPA_REVIEW_RECOMMENDED")) is is_asked
