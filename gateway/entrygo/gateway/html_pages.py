"""The templates of the gateway's pages. Jinja escapes every value that is not marked as ours."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request


def is_of_a_browser(request: Request) -> bool:
    """Whether a page is taken for an answer, as browsers say and programs do not."""
    return "text/html" in request.headers.get("accept", "")


def html_environment() -> Environment:
    """A Jinja environment over `templates/` that escapes values and refuses unknown names."""
    return Environment(
        loader=PackageLoader("entrygo.gateway"),
        autoescape=True,
        undefined=StrictUndefined,
        # A release that is put in place under a running process does not meet the code of the one before.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
