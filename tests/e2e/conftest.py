"""The browser of the tests that look at pages."""

from tests.harness.browser import browser

__all__ = ["browser"]
