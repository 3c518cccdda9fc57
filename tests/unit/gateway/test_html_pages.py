"""The environment of the gateway's pages."""

from jinja2 import DictLoader
from jinja2.environment import Environment

from entrygo.gateway.html_pages import html_environment


def rendered(environment: Environment) -> str:
    return environment.get_template("page.html").render()


def test_page_stays_as_it_was_first_read_while_another_release_takes_its_place() -> None:
    environment, files = html_environment(), {"page.html": "before"}
    environment.loader = DictLoader(files)
    assert rendered(environment) == "before"
    files["page.html"] = "after"
    assert rendered(environment) == "before"
