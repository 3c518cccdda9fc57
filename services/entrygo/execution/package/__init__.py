"""The contents of documents, as figures and text: invoice, tables, views, and their encodings. Pure."""
