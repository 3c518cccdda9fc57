"""The documentation site under /docs: the Markdown files of the repository as pages, without scripts."""
