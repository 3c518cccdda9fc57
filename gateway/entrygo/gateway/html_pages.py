"""The templates of the gateway's pages. Jinja escapes every value that is not marked as ours."""

from jinja2 import Environment, PackageLoader, StrictUndefined


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
