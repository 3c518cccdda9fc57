"""HTML from the templates beside the documents. Jinja escapes every value; none is marked as safe."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        loader=PackageLoader("entrygo.execution.documents", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html_template(name: str) -> Template:
    return _environment().get_template(name)
