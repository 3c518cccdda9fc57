"""Logs are events with fields, one line each, to stdout or to a file that may be moved away meanwhile.

What is bound to a request (`bind_request`, `bind_account`) stands in every line that is written for it.
"""

import logging
import sys
from logging.handlers import WatchedFileHandler
from typing import Any

import orjson
import structlog

from entrygo.process.settings import LogSettings

# One line each at most per this many seconds: a broker that is away makes a hundred a second.
NOISY_LOGGERS = ("aiokafka",)


def configure_logging(name: str, settings: LogSettings) -> None:
    """JSON lines, or readable ones with format=console; the standard library's loggers join in."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _handler(settings)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level)
    for noisy in NOISY_LOGGERS:
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(process=name)


def bind_request(request_id: str) -> None:
    """Names the request that the task at hand serves, and forgets whose the last one was."""
    structlog.contextvars.unbind_contextvars("account")
    structlog.contextvars.bind_contextvars(request_id=request_id)


def bind_account(account_id: str) -> None:
    """Names the account that the request is of, once its key is known."""
    structlog.contextvars.bind_contextvars(account=account_id)


def _handler(settings: LogSettings) -> logging.Handler:
    """Where the lines go. A file is opened anew once it was renamed, as logrotate does."""
    if settings.file is None:
        return logging.StreamHandler(sys.stdout)
    return WatchedFileHandler(settings.file, encoding="utf-8")


def _json(line: dict[str, Any], **_: object) -> str:
    return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
