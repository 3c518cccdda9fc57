"""Every page of the console that needs a session."""

from entrygo.gateway.console import documents, export_actions, export_page, find, setup, today
from entrygo.gateway.console.visit import Page

PAGES: tuple[Page, ...] = (
    *today.PAGES,
    *export_page.PAGES,
    *export_actions.PAGES,
    *documents.PAGES,
    *find.PAGES,
    *setup.PAGES,
)
