"""Members of a ZIP archive that are the same bytes on every machine and at any time."""

import zipfile

# The earliest moment that the format can say; with it, system and rights are the same on every machine.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def plain_entry(filename: str) -> zipfile.ZipInfo:
    """The head of a member, without a time."""
    entry = zipfile.ZipInfo(filename, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = _PLAIN_FILE
    return entry
