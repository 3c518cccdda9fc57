"""For which findings of a plan somebody has to answer by name before it leaves. Pure."""

from collections.abc import Iterable, Set


def codes_to_approve(warnings: Iterable[str], *, is_required: bool, accepted: Set[str]) -> tuple[str, ...]:
    """Those of `warnings` that an account which asks for approvals does not accept without one."""
    return tuple(sorted(set(warnings) - accepted)) if is_required else ()
