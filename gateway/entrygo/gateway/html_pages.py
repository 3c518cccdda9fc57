"""The templates of the gateway's pages. Jinja escapes every value that is not marked as ours."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def html_environment() -> Environment:
    """A Jinja environment over `templates/` that escapes values and refuses unknown names."""
    return Environment(
        loader=PackageLoader("entrygo.gateway"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
