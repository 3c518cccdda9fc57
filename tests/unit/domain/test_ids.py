"""Ids sort by creation and name their kind."""

from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.ids import IdKind, is_valid_id, make_id, make_ids

MILLISECONDS = st.integers(min_value=0, max_value=(1 << 48) - 1)
ENTROPY = st.integers(min_value=0, max_value=(1 << 80) - 1)


def test_id_is_the_known_text_for_known_parts() -> None:
    assert make_id(IdKind.ORDER, unix_ms=1_700_000_000_000, entropy=5) == "ord_01hf7yat000000000000000005"


@given(MILLISECONDS, MILLISECONDS, ENTROPY, ENTROPY)
def test_later_id_sorts_later(first: int, second: int, a: int, b: int) -> None:
    earlier, later = sorted((first, second))
    if earlier < later:
        assert make_id(IdKind.EXPORT, unix_ms=earlier, entropy=a) < make_id(
            IdKind.EXPORT, unix_ms=later, entropy=b
        )


@given(MILLISECONDS, ENTROPY)
def test_made_id_is_valid_and_names_its_kind(unix_ms: int, entropy: int) -> None:
    made = make_id(IdKind.CUSTOMS_PACKAGE, unix_ms=unix_ms, entropy=entropy)
    assert made.startswith("cp_")
    assert is_valid_id(made)


def test_id_with_a_quote_space_or_nothing_is_not_valid() -> None:
    assert not any(map(is_valid_id, ("", "a'b", "a b", "é", "x" * 65, "_x", "a\n")))


def test_ids_made_together_are_those_of_their_moment_and_of_their_own_random_bytes() -> None:
    random = bytes(range(16)) + bytes(range(240, 256))
    first, second = make_ids(IdKind.ORDER, unix_ms=1_700_000_000_000, random=random)
    assert (first, second) == ("ord_01hf7yat000123456789abcdef", "ord_01hf7yat00ghjkmnpqrstvwxyz")
    moment = make_id(IdKind.ORDER, unix_ms=1_700_000_000_000, entropy=0)[:14]
    assert first.startswith(moment)
    assert len(first) == len(make_id(IdKind.ORDER, unix_ms=0, entropy=0))
