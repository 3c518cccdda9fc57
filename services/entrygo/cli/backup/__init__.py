"""`entrygo backup` and `entrygo restore`: one folder that holds a whole system."""
