"""A clock that can be moved while its processes run: libfaketime reads how far from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Where Debian and Ubuntu (package faketime), and Fedora, put it.
LIBRARIES = tuple(
    Path(folder) / "faketime" / "libfaketimeMT.so.1"
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Of every process that has its environment. Timers, which count from the start, are not moved."""

    library: Path
    file: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Clock | None":
        """None where the library is not installed."""
        library = next((path for path in LIBRARIES if path.exists()), None)
        if library is None:
            return None
        clock = cls(library, folder / "clock")
        clock.move(0)
        return clock

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # With it each timed wait of a thread is a wait for nothing: threads that take turns at the
            # interpreter's lock are slower by more than ten times.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
        }

    def move(self, seconds: int) -> None:
        """How far from the right time it is from now on."""
        self.file.write_text(f"{seconds:+d}\n", encoding="ascii")
