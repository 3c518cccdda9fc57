"""The forms that every service shares: what is taken, as what it is kept, and what is refused."""

from collections.abc import Callable

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.requests.email_address import email, parse_address
from entrygo.requests.idempotency_key import check_key, idempotency_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.numbers import amount, percent
from entrygo.requests.texts import (
    bounded_text,
    country,
    currency,
    day,
    external_id,
    no_placeholder,
    one_of,
    public_id,
)


def found(issues: Issues) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationFailed) as raised:
        issues.check()
    assert raised.value.details is not None
    return [(issue["path"], issue["message"], issue["code"]) for issue in raised.value.details["issues"]]


@pytest.mark.parametrize("key", ["!", "~", "orders-sync-acc-123-001", 'a"b\\c', "k" * 255])
def test_a_key_of_visible_ascii_is_taken_as_it_is(key: str) -> None:
    assert idempotency_key(key) == key


@pytest.mark.parametrize("key", ["", " ", "my key", "a\tb", "a\x7f", "clé", "k\n", "k" * 256, "\0"])
def test_a_key_is_refused_when_it_is_not_visible_ascii_of_255_characters(key: str) -> None:
    with pytest.raises(Wrong, match="1 to 255 visible ASCII characters"):
        idempotency_key(key)


def test_a_message_without_a_key_has_none() -> None:
    issues = Issues()
    check_key("", issues)
    issues.check()
    check_key("my key", issues)
    assert found(issues) == [
        ("idempotencyKey", "Expected 1 to 255 visible ASCII characters", "invalid_string")
    ]


@pytest.mark.parametrize(
    "address",
    ["broker@example.com", "o'neil+us@mail.example.co", "x@bücher.example", f"{'l' * 64}@example.com"],
)
def test_an_address_that_can_be_sent_to_is_taken_as_it_is(address: str) -> None:
    assert email(f" {address} ") == address
    assert parse_address(address) is not None


@pytest.mark.parametrize(
    "address",
    [
        "a..b@example.com", ".a@example.com", "müller@example.com", '"a b"@example.com', "a@b@example.com",
        "Broker <broker@example.com>", "broker@example", "broker@-example.com", "broker@exa_mple.com",
        "broker@example..com", "broker@example.com\r\nRCPT TO:<x@evil.example>", "a\0@example.com",
        f"{'l' * 65}@example.com", f"a@{'b.' * 130}com", "@example.com", "broker", "",
    ],
)  # fmt: skip
def test_an_address_is_refused_when_the_mailer_could_not_send_to_it(address: str) -> None:
    with pytest.raises(Wrong, match="Expected an email address"):
        email(address)


@pytest.mark.parametrize("control", ["\x00", "\x01", "\t", "\n", "\r", "\x1f", "\x7f"])
@pytest.mark.parametrize("check", [lambda value: bounded_text(value, 10), external_id])
def test_text_with_a_control_character_is_refused(check: Callable[[str], str], control: str) -> None:
    with pytest.raises(Wrong, match="Control characters are not allowed"):
        check(f"a{control}b")


def test_text_is_kept_without_the_blanks_around_it_and_counted_without_them() -> None:
    assert bounded_text("  Größe №5\u00a0注文  ", 20) == "Größe №5\u00a0注文"
    assert bounded_text(f" {'x' * 10} ", 10) == "x" * 10
    with pytest.raises(Wrong) as raised:
        bounded_text("x" * 11, 10)
    assert (raised.value.message, raised.value.code) == ("At most 10 characters", "too_big")


@pytest.mark.parametrize(
    ("check", "given", "taken"),
    [
        (country, "ca", "CA"),
        (currency, "cad", "CAD"),
        (day, "2026-02-28", "2026-02-28"),
        (public_id, "prod_hoodie_001", "prod_hoodie_001"),
        (one_of("a", "b"), "b", "b"),
        (amount, "2.50", "2.5"),
        (percent, "100.0", "100"),
    ],
)
def test_a_sound_value_is_given_as_it_is_kept(check: Callable[[str], str], given: str, taken: str) -> None:
    assert check(given) == taken


@pytest.mark.parametrize(
    ("check", "given", "code"),
    [
        (country, "USA", "invalid_string"),
        (country, "ﬁ", "invalid_string"),
        (currency, "$", "invalid_string"),
        (day, "2026-02-29", "invalid_date"),
        (day, "20260228", "invalid_date"),
        (public_id, "a b", "invalid_string"),
        (public_id, "x" * 65, "invalid_string"),
        (one_of("a", "b"), "c", "invalid_enum_value"),
        (amount, "-1", "too_small"),
        (amount, "1.00001", "not_multiple_of"),
        (percent, "100.01", "too_big"),
    ],
)
def test_a_wrong_value_is_refused_with_a_stable_code(
    check: Callable[[str], str], given: str, code: str
) -> None:
    with pytest.raises(Wrong) as raised:
        check(given)
    assert raised.value.code == code


def test_all_issues_of_a_request_come_at_once_in_the_order_they_were_found() -> None:
    issues = Issues()
    issues.require(accountId="acc_1", warehouseId="", brokerId="")
    assert issues.take(country, "us", "destinationCountry") == "US"
    assert issues.take(country, "USA", "items.0.destinationCountry") is None
    assert found(issues) == [
        ("warehouseId", "Required", "invalid_type"),
        ("brokerId", "Required", "invalid_type"),
        ("items.0.destinationCountry", "Expected a two-letter country code", "invalid_string"),
    ]


def test_a_request_without_issues_passes() -> None:
    Issues().check()


def test_a_hundred_issues_are_kept_and_the_others_counted() -> None:
    issues = Issues()
    for number in range(250):
        assert issues.is_full is (number > 100)
        issues.add(f"items.{number}", "Required", "invalid_type")
    with pytest.raises(ValidationFailed) as refused:
        issues.check()
    details = refused.value.details or {}
    assert (len(details["issues"]), details["totalIssues"]) == (100, 250)


@pytest.mark.parametrize(
    "given", ["TBD", "n/a", "pending", "-", "0000", "XXXXXXX", "12345678901", "Unknown."]
)
def test_what_people_write_where_they_have_nothing_to_say_is_refused(given: str) -> None:
    with pytest.raises(Wrong, match="placeholder"):
        no_placeholder(40)(given)


@pytest.mark.parametrize("given", ["", "31A--01", "53CA6", "10000000001", "PN-1", "1", "000123456789"])
def test_what_may_be_a_number_is_no_placeholder(given: str) -> None:
    assert no_placeholder(40)(given) == given


@pytest.mark.parametrize(("hours", "code"), [(-1, "too_small"), (0, None), (336, None), (337, "too_big")])
def test_a_whole_number_out_of_its_bounds_is_too_small_or_too_big(hours: int, code: str | None) -> None:
    issues = Issues()
    issues.bounded(hours, 0, 336, "overlapHours")
    wanted = () if code is None else (("overlapHours", "Must be between 0 and 336", code),)
    assert issues.found == wanted
