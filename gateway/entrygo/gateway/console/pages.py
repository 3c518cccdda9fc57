"""Every page of the console that needs a session."""

from entrygo.gateway.console import (
    documents,
    export_actions,
    export_page,
    find,
    keys,
    live,
    new_plan,
    policy,
    records,
    setup,
    today,
    webhooks,
)
from entrygo.gateway.console.files import pages as files
from entrygo.gateway.console.visit import Page

PAGES: tuple[Page, ...] = (
    *today.PAGES,
    *export_page.PAGES,
    *export_actions.PAGES,
    *documents.PAGES,
    *files.PAGES,
    *find.PAGES,
    *keys.PAGES,
    *live.PAGES,
    *new_plan.PAGES,
    *policy.PAGES,
    *records.PAGES,
    *setup.PAGES,
    *webhooks.PAGES,
)
