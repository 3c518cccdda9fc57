"""A budget knows what it holds in all by counting along."""

import pytest

from entrygo.domain.errors import RateLimited, ServiceUnavailable
from entrygo.requests.budget import Budget, Shares


def test_total_is_what_all_names_hold() -> None:
    budget = Budget("bytes", total=10, each=6)
    budget.take("a", 6)
    budget.take("b", 4)
    with pytest.raises(ServiceUnavailable):
        budget.take("c")
    budget.give_back("a", 5)
    budget.take("c", 5)
    assert budget.held == 10


def test_refusal_takes_nothing() -> None:
    budget = Budget("bytes", total=10, each=6)
    with pytest.raises(RateLimited):
        budget.take("a", 7)
    budget.take("a", 6)
    with pytest.raises(ServiceUnavailable):
        budget.take("b", 5)
    assert budget.held == 6


def test_more_than_was_taken_is_not_given_back() -> None:
    budget = Budget("bytes", total=10, each=10)
    budget.take("a", 3)
    budget.take("b", 3)
    budget.give_back("a", 5)
    assert budget.held == 3


def test_an_account_has_half_of_what_keys_share_however_many_keys_it_has() -> None:
    shares = Shares("streams", total=8, each=2)
    for key in ("one", "one", "two", "two"):
        shares.take(key, "busy")
    with pytest.raises(RateLimited):
        shares.take("three", "busy")
    for key in ("four", "four"):
        shares.take(key, "quiet")
    with pytest.raises(RateLimited):
        shares.take("four", "quiet")
    shares.give_back("two", "busy")
    shares.take("three", "busy")


def test_what_an_account_is_refused_takes_nothing_of_what_all_keys_share() -> None:
    shares = Shares("streams", total=2, each=2)
    shares.take("one", "busy")
    with pytest.raises(RateLimited):
        shares.take("two", "busy")
    shares.take("three", "quiet")
