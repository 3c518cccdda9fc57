"""Text as filing software takes it: Latin capitals."""

from anyascii import anyascii


def ascii_capitals(text: str) -> str:
    return " ".join(anyascii(text).upper().split())
