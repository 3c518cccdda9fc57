"""Generates shared/entrygo/proto from protos/; `make check` fails when the two differ."""

import shutil
import sys
import sysconfig
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "protos"
TARGET = ROOT / "shared"
# Named by path, so that the generator works without the environment's programs on PATH.
TYPES_PLUGIN = Path(sysconfig.get_path("scripts")) / "protoc-gen-mypy_grpc"


def main(target: Path) -> int:
    """Writes messages and gRPC stubs, each with types for type checkers; returns protoc's status."""
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
                # Only asyncio's stubs and servicers: nothing of ours speaks gRPC any other way. Concrete
                # servicers, because a method left out answers UNIMPLEMENTED, as gRPC means it to.
                f"--plugin={TYPES_PLUGIN}",
                f"--mypy_grpc_out=quiet,only_async,generate_concrete_servicer_stubs:{target}",
                *protos,
            ]
        )
    )


if __name__ == "__main__":
    # Another folder may be named, to compare with.
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET))
