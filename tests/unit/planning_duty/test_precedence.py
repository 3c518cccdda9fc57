"""Which headings a line comes to: each row of the decision table, where it applies and where it does not."""

from datetime import date
from decimal import Decimal

import pytest

from entrygo.domain.facts import Section232, Section232Status
from entrygo.domain.programmes import Programme
from entrygo.planning.duty.estimate import line_duty
from tests.unit.planning_duty.books import (
    assessed,
    exact,
    figures_of,
    make_book,
    make_line,
    make_row,
    range_of,
    rate_row,
    steel_of,
)

BOOK = make_book()
TEE, BACKPACK, RACK, PAN = "6109.10.00.12", "4202.92.31.20", "9403.20.00.82", "7323.93.00.45"


def headings(duty: list[tuple[str, str]]) -> list[str]:
    return [heading for heading, _ in duty]


class TestChapter98:
    """Row 1: a claim under chapter 98 (note 52(a))."""

    def test_goods_returned_pay_none_of_the_duties_by_origin_and_no_fee(self) -> None:
        duty = line_duty(make_line(BACKPACK, "CN", chapter_98="9801.00.10"), BOOK)
        assert exact(duty) == [(BACKPACK, "0.00")]
        assert not duty.pays_processing_fee

    def test_goods_returned_still_pay_section_232(self) -> None:
        line = make_line(PAN, "CN", chapter_98="9801.00.10", section_232=steel_of("CN"))
        assert exact(line_duty(line, BOOK)) == [("9903.82.09", "250.00"), (PAN, "0.00")]

    def test_repairs_pay_every_duty_on_their_own_value(self) -> None:
        line = make_line(BACKPACK, "CN", chapter_98="9802.00.40", repair_value_usd=Decimal(100))
        duty = line_duty(line, BOOK)
        assert exact(duty) == [("9903.88.03", "25.00"), ("9903.05.31", "12.50"), (BACKPACK, "17.60")]
        assert duty.value_usd == 1000

    def test_repairs_of_unknown_value_are_not_computed(self) -> None:
        duty = line_duty(make_line(BACKPACK, "CN", chapter_98="9802.00.40"), BOOK)
        assert duty.low is None
        assert duty.not_computed == ("9802.00.40 needs the value of the repairs",)

    def test_other_claims_are_not_computed(self) -> None:
        duty = line_duty(make_line(BACKPACK, "CN", chapter_98="9802.00.80"), BOOK)
        assert duty.not_computed == ("duty under 9802.00.80 is not worked out here",)
        assert duty.pays_processing_fee


class TestSection232:
    """Row 2: a duty under Section 232 takes the place of those of notes 52 and 50."""

    def test_goods_of_brazil_name_both_exceptions(self) -> None:
        duty = line_duty(make_line(PAN, "BR", section_232=steel_of("BR")), BOOK)
        assert headings(exact(duty)) == ["9903.05.07", "9903.05.90", "9903.82.09", PAN]

    @pytest.mark.parametrize(("share", "heading"), [("0", "9903.82.01"), ("14.9", "9903.82.03")])
    def test_little_or_no_metal_leaves_the_duty_of_note_52_due(self, share: str, heading: str) -> None:
        facts = assessed(metal_weight_pct=share)
        duty = line_duty(make_line(RACK, "VN", section_232=facts), BOOK)
        assert exact(duty) == [("9903.05.84", "125.00"), (heading, "0.00"), (RACK, "0.00")]

    def test_metal_of_fifteen_percent_is_no_little_metal(self) -> None:
        duty = line_duty(make_line(RACK, "VN", section_232=assessed(metal_weight_pct="15")), BOOK)
        assert headings(exact(duty)) == ["9903.05.90", "9903.82.09", RACK]

    @pytest.mark.parametrize(
        ("shares", "found"),
        [
            (("8",), ("125.00", "250.00")),
            (("8", "6.9"), ("125.00", "250.00")),
            (("8", "7"), ("250.00", "250.00")),
            (("8", None), ("250.00", "250.00")),
            ((), ("250.00", "250.00")),
        ],
    )
    def test_metals_that_make_up_little_ask_whether_they_are_all(
        self, shares: tuple[str | None, ...], found: tuple[str, str]
    ) -> None:
        metals = [{"metal": "steel", "melt_pour": "VN", "weight_pct": share} for share in shares]
        facts = assessed(metal_weight_pct=None, metals=metals)
        duty = line_duty(make_line(RACK, "VN", section_232=facts), BOOK)
        assert range_of(duty) == found
        asked = [question.decided_by for question in duty.questions]
        is_open = found[0] != found[1]
        assert asked == (["the share of metal in the weight of the goods"] if is_open else [])

    def test_chapters_of_metal_know_no_threshold(self) -> None:
        facts = assessed(metal_weight_pct="5")
        assert headings(exact(line_duty(make_line(PAN, "VN", section_232=facts), BOOK)))[1] == "9903.82.09"

    def test_goods_that_nobody_assessed_have_a_range(self) -> None:
        duty = line_duty(make_line(RACK, "VN"), BOOK)
        assert range_of(duty) == ("125.00", "250.00")
        (question,) = duty.questions
        assert question.options == (("9903.82.09",), ("9903.82.03",))
        assert question.decided_by == "the share of metal in the weight of the goods"

    def test_goods_in_no_annex_that_are_declared_have_a_range(self) -> None:
        duty = line_duty(make_line(TEE, "VN", section_232=steel_of("VN")), BOOK)
        assert range_of(duty) == ("290.00", "665.00")
        (question,) = duty.questions
        assert question.options == ((), ("9903.82.09",), ("9903.82.02",))
        assert question.decided_by == (
            "the annexes of Section 232 (note 16(c)), which name no such code, though the duty is declared"
        )

    def test_goods_in_no_annex_are_outside(self) -> None:
        assert headings(exact(line_duty(make_line(TEE, "VN"), BOOK))) == ["9903.05.84", TEE]

    def test_article_of_steel_in_no_loaded_annex_has_a_range(self) -> None:
        book = make_book(rates=[rate_row("7317005502", "Free")], whole=())
        duty = line_duty(make_line("7317.00.55.02", "VN"), book)
        assert range_of(duty) == ("125.00", "500.00")
        assert "annexes of Section 232" in duty.questions[0].decided_by

    def test_metal_of_the_united_states_pays_ten_percent(self) -> None:
        line = make_line(PAN, "VN", section_232=assessed(us_metal_pct="85"))
        assert exact(line_duty(line, BOOK))[1] == ("9903.82.06", "100.00")
        line = make_line(PAN, "VN", section_232=assessed(us_metal_pct="84.9"))
        assert exact(line_duty(line, BOOK))[1] == ("9903.82.09", "250.00")

    def test_british_goods_pay_less_for_metal_of_britain_alone(self) -> None:
        """Note 16(d)."""
        ours = exact(line_duty(make_line(PAN, "GB", section_232=steel_of("GB")), BOOK))
        theirs = exact(line_duty(make_line(PAN, "GB", section_232=steel_of("CN")), BOOK))
        assert (ours[1], theirs[1]) == (("9903.82.05", "150.00"), ("9903.82.09", "250.00"))
        assert range_of(line_duty(make_line(PAN, "GB", section_232=steel_of(None)), BOOK)) == (
            "170.00",
            "270.00",
        )

    def test_russian_goods_pay_what_is_theirs(self) -> None:
        aluminum = assessed(metals=[{"metal": "aluminum", "smelt_1": "RU", "cast": "TR"}])
        assert exact(line_duty(make_line(PAN, "RU", section_232=steel_of("RU")), BOOK))[1] == (
            "9903.82.16",
            "250.00",
        )
        duty = line_duty(make_line("7615.10.91.00", "TR", section_232=aluminum), BOOK)
        assert ("9903.85.68", "2000.00") in exact(duty)

    def test_heading_that_somebody_found_is_taken_as_it_is(self) -> None:
        duty = line_duty(
            make_line(RACK, "CA", headings=("9903.82.18",), denied=frozenset({Programme.CANADA})), BOOK
        )
        assert exact(duty) == [("9903.05.90", "0.00"), ("9903.82.18", "250.00"), (RACK, "0.00")]

    def test_semiconductors_displace_metals(self) -> None:
        rates = [make_row("chapter_99_rates", "9903.79.01", {"rate": "No change"})]
        book = make_book(chapter_99_by_country=rates)
        line = make_line(RACK, "VN", section_232=assessed(), headings=("9903.79.01",))
        assert headings(exact(line_duty(line, book))) == ["9903.05.90", "9903.79.01", RACK]

    def test_upholstered_furniture_pays_as_wood_and_less_of_some_origins(self) -> None:
        """Note 37: 25%, of Japan 15% in all."""
        book = make_book(rates=[rate_row("9401616011", "Free", "", "40%")])
        assert exact(line_duty(make_line("9401.61.60.11", "VN"), book)) == [
            ("9903.05.90", "0.00"),
            ("9903.76.02", "250.00"),
            ("9401.61.60.11", "0.00"),
        ]
        assert exact(line_duty(make_line("9401.61.60.11", "JP"), book))[1] == ("9903.76.21", "150.00")

    def test_wooden_furniture_is_a_cabinet_or_not(self) -> None:
        book = make_book(rates=[rate_row("9403608093", "Free", "", "40%")])
        duty = line_duty(make_line("9403.60.80.93", "VN"), book)
        assert range_of(duty) == ("125.00", "250.00")
        assert duty.questions[0].decided_by == (
            "whether the goods are kitchen cabinets, vanities or parts of them"
        )


class TestChina:
    """Row 3: the lists of notes 20 and 31, whatever Section 232 says."""

    def test_four_year_review_takes_the_place_of_the_lists(self) -> None:
        lists = [
            make_row("section_301_lists", key, {"origins": ["CN"], "prefixes": ["85076000"]})
            for key in ("9903.88.15", "9903.91.06")
        ]
        duty = line_duty(make_line("8507.60.00.90", "CN"), make_book(section_301_lists=lists))
        assert headings(exact(duty)) == ["9903.91.06", "9903.05.31", "8507.60.00.90"]

    def test_other_origins_are_on_no_list(self) -> None:
        assert "9903.88.03" not in headings(exact(line_duty(make_line(BACKPACK, "VN"), BOOK)))

    def test_code_that_two_lists_divide_has_a_range(self) -> None:
        lists = [
            make_row("section_301_lists", "9903.88.03", {"origins": ["CN"], "prefixes": ["61091000"]}),
            make_row("section_301_lists", "9903.88.15 4A", {"origins": ["CN"], "prefixes": ["61091000"]}),
        ]
        duty = line_duty(make_line(TEE, "CN"), make_book(section_301_lists=lists))
        assert range_of(duty) == ("365.00", "540.00")

    def test_list_that_is_not_loaded_gives_a_range_and_names_its_notes(self) -> None:
        duty = line_duty(make_line("9503.00.00.73", "CN"), make_book(whole=()))
        assert range_of(duty) == ("125.00", "1125.00")
        assert duty.questions[0].decided_by == "the lists of notes 20 and 31, which are not loaded"

    def test_goods_outside_a_whole_list_pay_none(self) -> None:
        assert headings(exact(line_duty(make_line("9503.00.00.73", "CN"), BOOK))) == [
            "9903.05.31",
            "9503.00.00.73",
        ]

    def test_exclusion_frees_until_the_ninth_of_november(self) -> None:
        """Note 20(vvv): entries through 2026-11-09."""
        line = make_line(BACKPACK, "CN", headings=("9903.88.69",))
        last_day = line_duty(line, make_book(day=date(2026, 11, 9)))
        assert exact(last_day)[0] == ("9903.88.69", "0.00")
        day_after = line_duty(line, make_book(day=date(2026, 11, 10)))
        assert day_after.low is None
        (finding,) = day_after.findings
        assert finding.message == "9903.88.69 holds until 2026-11-09, and not on 2026-11-10."

    def test_heading_of_a_programme_that_ended_is_found(self) -> None:
        """CSMS 67834313: IEEPA, to 2026-02-23."""
        (finding,) = line_duty(make_line(BACKPACK, "CN", headings=("9903.01.25",)), make_book()).findings
        assert finding.message.startswith("9903.01.25 holds until 2026-02-23, and not on ")


class TestForcedLabor:
    """Row 4: note 52, on the goods of sixty economies."""

    def test_other_origins_pay_nothing(self) -> None:
        assert exact(line_duty(make_line(TEE, "UA"), BOOK)) == [(TEE, "165.00")]

    def test_books_are_informational(self) -> None:
        book = make_book(rates=[rate_row("4901990092", "Free")])
        assert headings(exact(line_duty(make_line("4901.99.00.92", "DE"), book)))[0] == "9903.05.92"

    def test_spices_are_on_the_list_of_note_52b(self) -> None:
        book = make_book(rates=[rate_row("0904222000", "3¢/kg")])
        line = make_line("0904.22.20.00", "TR", quantities={"kg": Decimal(100)})
        assert exact(line_duty(line, book)) == [("9903.05.86", "0.00"), ("0904.22.20.00", "3.00")]

    def test_food_may_be_on_the_list_of_note_52b(self) -> None:
        book = make_book(rates=[rate_row("2106909998", "6.4%")])
        duty = line_duty(make_line("2106.90.99.98", "VN"), book)
        assert range_of(duty) == ("64.00", "189.00")
        assert "note 52(b)" in duty.questions[0].decided_by

    @pytest.mark.parametrize(("origin", "heading"), [("CA", "9903.05.93"), ("MX", "9903.05.94")])
    def test_goods_free_under_usmca_are_excepted_on_free_lines_too(self, origin: str, heading: str) -> None:
        """Notes 52(g) and 52(h): S is claimed although the general rate is Free."""
        book = make_book(section_338_lists=[])
        duty = line_duty(make_line("3406.00.00.00", origin, spi="S"), book)
        assert exact(duty) == [(heading, "0.00"), ("3406.00.00.00", "0.00")]
        assert not duty.pays_processing_fee

    def test_free_line_without_the_claim_pays(self) -> None:
        duty = line_duty(make_line("3406.00.00.00", "CA"), make_book(section_338_lists=[]))
        assert exact(duty) == [("9903.05.29", "100.00"), ("3406.00.00.00", "0.00")]
        assert duty.pays_processing_fee

    def test_another_claim_exempts_nothing(self) -> None:
        duty = line_duty(make_line(TEE, "AU", spi="AU"), BOOK)
        assert exact(duty) == [("9903.05.23", "125.00"), (TEE, "0.00")]
        assert duty.pays_processing_fee

    def test_textiles_under_cafta_are_excepted(self) -> None:
        """Note 52(i)."""
        assert headings(exact(line_duty(make_line(TEE, "HN", spi="P"), BOOK)))[0] == "9903.05.95"
        assert headings(exact(line_duty(make_line(TEE, "HN"), BOOK)))[0] == "9903.05.42"

    def test_total_takes_in_the_duty_of_the_goods(self) -> None:
        """Note 52(k)."""
        swiss = make_book(chapter_99_exceptions=[])
        assert exact(line_duty(make_line("9617.00.10.00", "CH"), swiss)) == [
            ("9903.05.74", "125.00"),
            ("9617.00.10.00", "0.00"),
        ]

    def test_goods_that_pay_as_much_already_pay_no_more(self) -> None:
        assert exact(line_duty(make_line(TEE, "JP"), BOOK)) == [("9903.05.48", "0.00"), (TEE, "165.00")]

    def test_claim_of_korea_counts_its_own_rate(self) -> None:
        assert exact(line_duty(make_line(TEE, "KR", spi="KR"), BOOK)) == [
            ("9903.05.71", "125.00"),
            (TEE, "0.00"),
        ]
        assert headings(exact(line_duty(make_line(TEE, "KR"), BOOK)))[0] == "9903.05.70"

    @pytest.mark.parametrize(("kilograms", "heading"), [("4166", "9903.05.49"), ("4167", "9903.05.48")])
    def test_specific_duty_counts_as_its_share_of_the_value(self, kilograms: str, heading: str) -> None:
        book = make_book(rates=[rate_row("6104622011", "3¢/kg")])
        line = make_line("6104.62.20.11", "JP", quantities={"kg": Decimal(kilograms)})
        assert headings(exact(line_duty(line, book)))[0] == heading

    def test_list_of_a_country_that_is_not_loaded_gives_a_range(self) -> None:
        duty = line_duty(make_line(TEE, "ID"), BOOK)
        assert range_of(duty) == ("165.00", "265.00")
        assert duty.questions[0].decided_by == "the list of note 52(j)(11), which is not loaded"

    def test_brazil_pays_note_50_on_top_as_far_as_its_lists_do_not_except(self) -> None:
        duty = line_duty(make_line(TEE, "BR"), BOOK)
        assert range_of(duty) == ("290.00", "540.00")
        assert headings(figures_of(duty.high)) == ["9903.05.01", "9903.05.27", TEE]

    @pytest.mark.parametrize(
        ("day", "amount"),
        [(date(2026, 12, 31), "0.00"), (date(2027, 1, 1), "100.00"), (date(2028, 1, 1), "150.00")],
    )
    def test_nicaragua_pays_more_with_the_years(self, day: date, amount: str) -> None:
        """Note 29."""
        line = make_line(TEE, "NI")
        assert exact(line_duty(line, make_book(day=day)))[0] == ("9903.89.01", amount)

    def test_nicaragua_under_cafta_pays_none(self) -> None:
        assert headings(exact(line_duty(make_line(TEE, "NI", spi="P"), BOOK))) == ["9903.05.95", TEE]


class TestCanada:
    """Row 5: the lists of note 51(b), on top of everything."""

    def test_listed_goods_pay_although_usmca_is_claimed(self) -> None:
        duty = line_duty(make_line("6110.20.20.41", "CA", spi="S"), BOOK)
        assert exact(duty) == [
            ("9903.05.93", "0.00"),
            ("9903.03.14", "500.00"),
            ("6110.20.20.41", "0.00"),
        ]
        assert not duty.pays_processing_fee

    def test_other_goods_and_other_origins_pay_none(self) -> None:
        assert headings(exact(line_duty(make_line(PAN, "CA", section_232=steel_of("CA")), BOOK))) == [
            "9903.05.90",
            "9903.82.09",
            PAN,
        ]
        assert headings(exact(line_duty(make_line(TEE, "MX"), BOOK))) == ["9903.05.55", TEE]

    def test_lists_that_are_not_loaded_give_a_range(self) -> None:
        book = make_book(section_338_lists=[], whole={"section_301_lists", "section_232_annexes"})
        duty = line_duty(make_line(TEE, "CA", spi="S"), book)
        assert range_of(duty) == ("0.00", "500.00")
        assert duty.questions[0].decided_by == "the lists of note 51(b), which are not loaded"

    @pytest.mark.parametrize(
        ("heading", "filed"), [("9903.03.13", "9903.03.15"), ("9903.03.12", "9903.03.12")]
    )
    def test_dairy_alone_yields_to_section_232(self, heading: str, filed: str) -> None:
        listed = make_row("section_338_lists", heading, {"origins": ["CA"], "prefixes": ["73239300"]})
        book = make_book(section_338_lists=[listed])
        duty = line_duty(make_line(PAN, "CA", section_232=steel_of("CA")), book)
        assert filed in headings(exact(duty))

    def test_person_who_answers_that_it_does_not_apply_is_believed(self) -> None:
        line = make_line(TEE, "CA", denied=frozenset({Programme.CANADA}))
        assert "9903.03.14" not in headings(exact(line_duty(line, BOOK)))


class TestColumns:
    """Row 6: the rate of the goods."""

    def test_column_2_is_paid_by_origin(self) -> None:
        assert exact(line_duty(make_line(TEE, "CU", spi="S"), BOOK)) == [(TEE, "900.00")]

    def test_russia_alone_pays_note_52_beside_column_2(self) -> None:
        assert exact(line_duty(make_line(TEE, "RU"), BOOK)) == [("9903.05.66", "125.00"), (TEE, "900.00")]

    def test_claim_that_the_tariff_does_not_name_pays_the_general_rate(self) -> None:
        duty = line_duty(make_line(TEE, "NP", spi="NP"), BOOK)
        assert exact(duty)[-1] == (TEE, "165.00")
        assert [each.code for each in duty.findings] == ["CLAIM_NOT_IN_TARIFF"]

    def test_claim_of_another_origin_pays_the_general_rate_and_the_fee(self) -> None:
        duty = line_duty(make_line(TEE, "VN", spi="S"), BOOK)
        assert exact(duty)[-1] == (TEE, "165.00")
        assert [each.code for each in duty.findings] == ["CLAIM_OF_ANOTHER_ORIGIN"]
        assert duty.pays_processing_fee

    def test_code_without_a_loaded_rate_is_not_computed(self) -> None:
        duty = line_duty(make_line("6202.40.75.00", "VN"), BOOK)
        assert (duty.low, duty.high) == (None, None)
        assert duty.not_computed == ("no rate is loaded for 6202.40.75.00",)

    def test_rate_of_an_unknown_shape_is_not_computed(self) -> None:
        book = make_book(rates=[rate_row("1701140500", "1¢/kg less 0.02¢ a degree")])
        duty = line_duty(make_line("1701.14.05.00", "UA"), book)
        assert duty.low is None
        assert "no rate of a known shape" in duty.not_computed[0]

    def test_missing_quantity_is_not_computed(self) -> None:
        book = make_book(rates=[rate_row("6404198960", "90¢/pr. + 20%")])
        duty = line_duty(make_line("6404.19.89.60", "UA"), book)
        assert duty.not_computed == ("90¢/pr. + 20% needs the quantity in prs",)

    def test_set_without_the_rate_of_its_parts_is_not_computed(self) -> None:
        duty = line_duty(make_line("8215.20.00.00", "IN", section_232=assessed()), BOOK)
        assert duty.not_computed == (
            "the rate is that of the article of the set with the highest rate, which is not given",
        )

    def test_programmes_that_are_not_looked_for_are_named(self) -> None:
        book = make_book(rates=[rate_row("8708295160", "2.5%")])
        duty = line_duty(make_line("8708.29.51.60", "UA"), book)
        assert duty.unchecked == (
            "section 232, automobiles and trucks: the lists of 9903.94 and 9903.74 are not loaded",
        )

    @pytest.mark.parametrize(
        ("day", "named"),
        [
            ("2026-02-23", "IEEPA, until 2026-02-23: what it charged on 2026-02-23 is not on file"),
            ("2026-07-23", "Section 122, until 2026-07-23: what it charged on 2026-07-23 is not on file"),
            ("2026-07-24", None),
        ],
    )
    def test_programmes_that_ended_are_named_on_days_on_which_they_held(
        self, day: str, named: str | None
    ) -> None:
        book = make_book(day=date.fromisoformat(day), rates=[rate_row(TEE, "16.5%")])
        assert line_duty(make_line(TEE, "VN"), book).unchecked == ((named,) if named else ())

    def test_goods_that_somebody_found_free_of_metal_are_outside_the_annexes(self) -> None:
        line = make_line(TEE, "VN", section_232=Section232(status=Section232Status.NOT_APPLICABLE))
        assert headings(exact(line_duty(line, make_book(whole=())))) == ["9903.05.84", TEE]
