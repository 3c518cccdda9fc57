"""What the execution process refuses to start with, and what it then says."""

import pytest
from pydantic import ValidationError

from entrygo.execution.settings import Settings

DATABASE = "postgresql://entrygo@127.0.0.1/entrygo"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ENTRYGO_SMTP_URL", "smtp://user:our-password@mail.example", "use smtps://"),
        ("ENTRYGO_SMTP_URL", "ftp://user:our-password@mail.example", "must be smtp://"),
        ("ENTRYGO_LINK_SECRET", "our-password", "at least"),
    ],
)
def test_a_refused_secret_is_not_repeated_in_the_refusal(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_DATABASE_URL", DATABASE)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert said in str(caught.value)
    assert "our-password" not in str(caught.value)


def test_the_sender_is_an_address_that_every_mail_server_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_DATABASE_URL", DATABASE)
    monkeypatch.setenv("ENTRYGO_MAIL_FROM", "zoll@bücher.example")
    assert Settings().mail.sender == "zoll@xn--bcher-kva.example"
