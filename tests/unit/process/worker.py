"""A child for `test_workers`: does what a request says. The setup is the settings of its log."""

import os
import signal
import time
from operator import itemgetter

from entrygo.domain.errors import NotFound
from entrygo.process.settings import LogSettings
from entrygo.process.working import Handle, serve


async def handle(request: str) -> object:
    """Each word is something that a child can meet."""
    match request.split():
        case ["who"]:
            return os.getpid()
        case ["read", name]:
            return os.environ.get(name)
        case ["niceness"]:
            return os.getpriority(os.PRIO_PROCESS, 0)
        case ["print", text]:
            os.write(1, text.encode())
            print(text, flush=True)
            return text
        case ["refuse"]:
            raise NotFound("Nothing of that name.", field="name", details={"names": ["a", "b"]})
        case ["compute", seconds]:
            until = time.process_time() + float(seconds)
            while time.process_time() < until:
                pass
            return "done"
        case ["hang"]:
            while True:
                os.read(os.open("/dev/zero", os.O_RDONLY), 1)
        case ["stop"]:
            os.kill(os.getpid(), signal.SIGSTOP)
            return None
        case ["die"]:
            os._exit(9)
        case _:
            raise LookupError(request)


def begin(_setup: dict[str, LogSettings]) -> Handle:
    return handle


if __name__ == "__main__":
    serve("worker of tests", begin, itemgetter("log"))
