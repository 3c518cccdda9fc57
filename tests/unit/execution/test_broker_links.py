"""Signed links: what we signed is read back, anything else is not, and never for longer than we said."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.signed_links import LinkExpired, LinkNotValid, LinkSigner, TokenSigner

NOW = datetime(2026, 3, 11, 16, 10, tzinfo=UTC)
TENANT = Tenant("acc_123", Mode.LIVE)


def signer(*secrets: str) -> LinkSigner:
    return LinkSigner(
        secrets or ("a" * 32,), public_url="https://entrygo.example/x/", lifetime=timedelta(days=90)
    )


def token_of(made_by: LinkSigner | None = None) -> str:
    link = (made_by or signer()).link(TENANT, "cp_1", "bes_1", NOW)
    return link.url.rpartition("/")[2]


def test_a_link_names_its_submission_and_nothing_else_is_stored() -> None:
    link = signer().link(TENANT, "cp_1", "bes_1", NOW)
    assert link.url.startswith("https://entrygo.example/x/broker/")
    claim = signer().read(token_of(), NOW)
    assert (claim.tenant, claim.package_id, claim.submission_id) == (TENANT, "cp_1", "bes_1")
    assert claim.expires_at == link.expires_at == NOW + timedelta(days=90)


def test_the_same_submission_has_the_same_link() -> None:
    assert token_of() == token_of()


def test_a_link_ends() -> None:
    with pytest.raises(LinkExpired):
        signer().read(token_of(), NOW + timedelta(days=90))
    assert signer().read(token_of(), NOW + timedelta(days=90, seconds=-1))


def test_a_token_that_is_longer_than_any_of_ours_is_not_read() -> None:
    lengthy = TokenSigner(("a" * 32,), purpose=b"trial", address="", lifetime=timedelta(days=1))
    assert lengthy.read(lengthy.link(("x" * 300,), NOW).url.removeprefix("/"), NOW)
    with pytest.raises(LinkNotValid):
        lengthy.read(lengthy.link(("x" * 400,), NOW).url.removeprefix("/"), NOW)


def test_another_secret_makes_another_signature() -> None:
    with pytest.raises(LinkNotValid):
        signer("b" * 32).read(token_of(), NOW)


def test_a_token_of_one_purpose_is_none_of_another() -> None:
    submissions, recipients = (
        TokenSigner(
            ("a" * 32,), purpose=purpose, address="https://entrygo.example", lifetime=timedelta(days=1)
        )
        for purpose in (b"one\0", b"another\0")
    )
    token = submissions.link(("acc_123", "live", "rcp_1"), NOW).url.rpartition("/")[2]
    assert submissions.read(token, NOW)
    with pytest.raises(LinkNotValid):
        recipients.read(token, NOW)


def test_an_earlier_secret_still_verifies_while_the_first_signs() -> None:
    rotated = signer("b" * 32, "a" * 32)
    assert rotated.read(token_of(), NOW)
    assert token_of(rotated) == token_of(signer("b" * 32))


def test_a_claim_of_another_account_does_not_carry_the_signature() -> None:
    payload, _, signature = token_of().partition(".")
    text = base64.urlsafe_b64decode(payload + "==").decode().replace("acc_123", "acc_124")
    forged = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    with pytest.raises(LinkNotValid):
        signer().read(f"{forged}.{signature}", NOW)


@given(st.text(max_size=600))
def test_whatever_comes_instead_of_a_token_is_not_valid(text: str) -> None:
    with pytest.raises(LinkNotValid):
        signer().read(text, NOW)


@given(st.data())
def test_no_changed_character_survives(data: st.DataObject) -> None:
    token = token_of()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != token[place]))
    changed = token[:place] + other + token[place + 1 :]
    with pytest.raises(LinkNotValid):
        signer().read(changed, NOW)
