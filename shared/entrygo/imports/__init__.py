"""Files of orders, products and importers: read as rows, made into items, and what became of each row.

Knows neither how items are sent nor where the file lies: the command and the console use it alike.
"""
