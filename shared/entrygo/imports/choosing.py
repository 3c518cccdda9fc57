"""Which column of a file means what: the default names, and `--map theirs=ours` on top of them."""

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from entrygo.imports.columns import METADATA_PREFIX, Columns, is_known
from entrygo.imports.rows import ADDED_COLUMNS
from entrygo.imports.suggesting import spelled, suggested

# Columns of ours that a refusal lists; of products there are a hundred.
SHOWN_NAMES = 15


class WrongColumns(Exception):
    """The file's columns, or the mapping of them, cannot be used; nothing was sent.

    `what` is wrong, in words for who made the file; the message goes on with what the command can do.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        super().__init__(f"{what} {remedy}".strip())


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """`["Order No=order_id"]` → `{"Order No": "order_id"}`."""
    mapping = {}
    for pair in pairs:
        theirs, separator, ours = pair.rpartition("=")
        if not separator or not theirs.strip() or not ours.strip():
            raise WrongColumns(f"--map {pair}: write it as theirs=ours.")
        mapping[theirs.strip()] = ours.strip()
    return mapping


def choose_columns(
    found: Sequence[str],
    mapping: Mapping[str, str],
    *,
    known: Sequence[str],
    required: Sequence[tuple[str, ...]],
    metadata: bool = False,
    ignore_unknown: bool = True,
) -> Columns:
    """Applies defaults and mapping; WrongColumns names all that is missing, and all that would go unread.

    `required` lists alternatives: one of each tuple must be there. A mapped column wins over a default, and
    a name of ours over one that is written otherwise (SKU, Ship to ZIP). Without `ignore_unknown` every
    column has to be ours: a misspelt one loses data.
    """
    _check_mapping(found, mapping, known, metadata)
    taken = {*mapping, *mapping.values()}
    ours = dict(mapping)
    ours |= {name: name for name in found if is_known(name, known) and name not in taken}
    for name in found:
        plain = spelled(name)
        if name not in ours and is_known(plain, known) and plain not in ours.values():
            ours[name] = plain
    ignored = tuple(name for name in found if name not in ours and name not in ADDED_COLUMNS)
    missing = [each for each in required if not set(each) & set(ours.values())]
    unread = () if ignore_unknown else ignored
    if missing or unread:
        free = [name for name in known if name not in ours.values()]
        near = suggested(ignored, free)
        raise WrongColumns(
            " ".join(_what(missing, ignored, free, near)),
            _remedy(missing, near, bool(unread), keeps=metadata),
        )
    return Columns(ours, ignored)


def _what(
    missing: Sequence[tuple[str, ...]], ignored: Sequence[str], free: Sequence[str], near: Mapping[str, str]
) -> Iterator[str]:
    if missing:
        yield f"No column {', '.join(map(' or '.join, missing))}."
    if ignored:
        named = (f"{name} (did you mean {near[name]}?)" if name in near else name for name in ignored)
        yield f"Unknown: {', '.join(named)}."
    more = (
        f" and {len(free) - SHOWN_NAMES} more, all in docs/csv-columns.md" if len(free) > SHOWN_NAMES else ""
    )
    yield f"Accepted besides those that were found: {', '.join(free[:SHOWN_NAMES])}{more}."


def _remedy(
    missing: Sequence[tuple[str, ...]], near: Mapping[str, str], is_unread: bool, *, keeps: bool
) -> str:
    """The options to add, as they can be pasted, where it is likely which column is which."""
    pairs = [f"{theirs}={ours}" for theirs, ours in near.items()]
    example = [f"its name={missing[0][0] if missing else 'our_name'}"]
    ways = [f"Map what is ours: {' '.join(f'--map {quote(pair)}' for pair in pairs or example)}"]
    if is_unread:
        ways += ["keep it with the order: --map 'its name=metadata.its_name'"] if keeps else []
        ways.append("or leave all of the unknown ones unread: --ignore-unknown")
    return f"{', '.join(ways)}."


def _check_mapping(
    found: Sequence[str], mapping: Mapping[str, str], known: Sequence[str], metadata: bool
) -> None:
    absent = [name for name in mapping if name not in found]
    if absent:
        raise WrongColumns(f"The file has no column {', '.join(absent)}. It has: {', '.join(found)}.")
    unknown = [
        name
        for name in mapping.values()
        if not is_known(name, known) and not (metadata and name.startswith(METADATA_PREFIX))
    ]
    if unknown:
        raise WrongColumns(f"Cannot map to {', '.join(unknown)}. Known: {', '.join(known)}.")
    targets = list(mapping.values())
    doubled = sorted({name for name in targets if targets.count(name) > 1})
    if doubled:
        raise WrongColumns(f"Two columns are mapped to {', '.join(doubled)}.")
