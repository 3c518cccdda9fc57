"""Generates shared/entrygo/proto from protos/; `make check` fails when the two differ."""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "protos"
TARGET = ROOT / "shared"


def main(target: Path) -> int:
    """Writes the messages, their stubs for type checkers and the gRPC stubs; returns protoc's status."""
    shutil.rmtree(target / "entrygo" / "proto", ignore_errors=True)
    protos = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.proto"))
    return int(
        protoc.main(
            [
                "protoc",
                f"-I{SOURCE}",
                f"-I{files('grpc_tools').joinpath('_proto')}",
                f"--python_out={target}",
                f"--pyi_out={target}",
                f"--grpc_python_out={target}",
                *protos,
            ]
        )
    )


if __name__ == "__main__":
    # Another folder may be named, to compare with.
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET))
