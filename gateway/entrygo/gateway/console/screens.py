"""Renders the console's pages: its templates, its style and script, and the headers that go with a page."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from secrets import token_hex
from typing import Any

from jinja2 import Environment
from starlette.responses import Response

from entrygo.domain.coverage import SUBJECTS
from entrygo.domain.errors import NotFound
from entrygo.domain.plan_words import name_in_words
from entrygo.domain.time import parse_rfc3339
from entrygo.gateway.broker_view import moment, size
from entrygo.gateway.console.words import age, counted, money, past
from entrygo.gateway.html_pages import html_environment
from entrygo.process.clock import utc_now

ASSETS_PATH = "/assets/{digest}/{name}"
ASSETS = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "hx-sse.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
NAVIGATION = (("/", "Today"), ("/files", "Files"), ("/setup", "Setup"), ("/docs", "Help"))
# No inline script or style, nothing from elsewhere; only our own pages may frame a document.
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-robots-tag": "noindex",
    "cross-origin-opener-policy": "same-origin",
}
# The address changes with the content.
FOREVER = "public, max-age=31536000, immutable"


class Screens:
    """Templates below `templates/console/`, with the words of the console as filters."""

    def html(self, template: str, *, status: int = 200, **shown: Any) -> Response:
        """A page or a part of one."""
        found = _environment().get_template(f"console/{template}")
        content = found.render(now=utc_now(), **shown)
        return Response(content, status_code=status, headers=HEADERS, media_type="text/html")

    def asset(self, digest: str, name: str) -> Response:
        """The style sheet, a script or the icon. Raises NotFound."""
        assets = _assets()
        if name not in assets or assets[name][0] != digest:
            raise NotFound("There is no such file.")
        headers = {"cache-control": FOREVER, "cross-origin-resource-policy": "same-origin"}
        return Response(assets[name][1], headers=headers, media_type=ASSETS[name])


@cache
def _environment() -> Environment:
    """Made once: templates are compiled on their first use."""
    environment = html_environment()
    environment.filters |= {
        "age": lambda text: age(text, utc_now()),
        "past": lambda text: past(text, utc_now()),
        "moment": moment,
        "clock": lambda text: f"{parse_rfc3339(text):%H:%M:%S} UTC",
        "size": size,
        "counted": counted,
        "money": money,
        "in_words": name_in_words,
        # One that a newer planning knows alone stands by its own name.
        "list_name": lambda subject: SUBJECTS.get(subject, subject),
    }
    environment.globals |= {
        "asset": {name: f"/assets/{digest}/{name}" for name, (digest, _) in _assets().items()},
        "navigation": NAVIGATION,
        # Minted with the form: sent twice, it acts once.
        "new_key": lambda: f"console_{token_hex(12)}",
    }
    return environment


@cache
def _assets() -> Mapping[str, tuple[str, bytes]]:
    folder = files("entrygo.gateway").joinpath("static")
    contents = {name: folder.joinpath(name).read_bytes() for name in ASSETS}
    return {name: (hashlib.sha256(content).hexdigest()[:16], content) for name, content in contents.items()}
