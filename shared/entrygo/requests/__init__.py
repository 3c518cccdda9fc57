"""What the values of a request must look like, for every service alike, and the list of all that do not.

Knows forms (a key, an id, a text, an e-mail address, a decimal, a page), not what they are for.
"""
