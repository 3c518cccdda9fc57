"""Logs are events with fields, one line each, to stdout or to a file that may be moved away meanwhile.

What is bound to a request (`bind_request`, `bind_account`) stands in every line that is written for it.
Every request writes a line on each process that it passes, so ours go to the stream as they are: a record of
the standard library for each took four times as long.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from logging.handlers import WatchedFileHandler
from typing import Any

import orjson
import structlog

from entrygo.process.settings import LogSettings

# Nothing but what is critical: a broker that is away makes a hundred lines a second, and we say it ourselves.
NOISY_LOGGERS = ("aiokafka",)
# How often a file is asked whether it is still the one of its name: for each line, that took as long as all
# else of it. Those of such a moment still go to the file that was moved away.
LOOK_SECONDS = 0.1

Event = dict[str, Any]
Stream = logging.StreamHandler[Any]

# Whose lines these are, where a process holds several services.
_PROCESS: ContextVar[str] = ContextVar("process")
# What the request at hand adds to its lines.
_BOUND: ContextVar[Mapping[str, str]] = ContextVar("bound")
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Logger:
    """Writes the lines of one module."""

    name: str
    write: Callable[[str], None]

    def __getattr__(self, level: str) -> Callable[[str], None]:
        return self.write


def configure_logging(name: str, settings: LogSettings) -> None:
    """JSON lines, or readable ones with format=console; the standard library's loggers join in."""
    complete = partial(_complete, name)
    render: Any = _json if settings.format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = _handler(settings)
    write = _writing(handler)
    structlog.configure(
        processors=[complete, render],
        logger_factory=lambda module="": _Logger(module, write),
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        cache_logger_on_first_use=True,
    )
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    named = structlog.stdlib.add_logger_name
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[named, meta, complete, render]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level)
    for noisy in NOISY_LOGGERS:
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def bind_process(name: str) -> None:
    """Names the service that the task at hand, and what it starts, belongs to."""
    _PROCESS.set(name)


def bind_request(request_id: str) -> None:
    """Names the request that the task at hand serves, and forgets whose the last one was."""
    _BOUND.set({"request_id": request_id})


def bind_account(account_id: str) -> None:
    """Names the account that the request is of, once its key is known."""
    _BOUND.set({**_BOUND.get(_NOTHING), "account": account_id})


def _complete(process: str, logger: Any, level: str, line: Event) -> Event:
    """Adds when, where and for whom; what a line says of itself counts."""
    line.setdefault("process", _PROCESS.get(process))
    for field, value in _BOUND.get(_NOTHING).items():
        line.setdefault(field, value)
    line["level"] = level
    if "logger" not in line:
        line["logger"] = logger.name
    line["timestamp"] = f"{datetime.now(UTC).isoformat()[:-6]}Z"
    if "exc_info" in line:
        structlog.processors.format_exc_info(logger, level, line)
    return line


def _handler(settings: LogSettings) -> Stream:
    """Where the lines go. A file is opened anew once it was renamed, as logrotate does."""
    if settings.file is None:
        return logging.StreamHandler(sys.stdout)
    return WatchedFileHandler(settings.file, encoding="utf-8")


def _writing(handler: Stream) -> Callable[[str], None]:
    """Writes a line as the handler would. A log that takes none, such as a full disk, fails no request."""
    reopen = handler.reopenIfNeeded if isinstance(handler, WatchedFileHandler) else None
    next_look = 0.0

    def write(line: str) -> None:
        nonlocal next_look
        handler.acquire()
        try:
            if reopen is not None and (now := time.monotonic()) >= next_look:
                next_look = now + LOOK_SECONDS
                reopen()
            handler.stream.write(line + "\n")
            handler.stream.flush()
        except (OSError, ValueError):
            pass
        finally:
            handler.release()

    return write


def _json(_: object, level: str, line: Event) -> str:
    try:
        return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        # Of what no JSON is made so, a file's name that is no UTF-8 for one; whoever logs is not failed.
        return json.dumps(line, default=repr)
