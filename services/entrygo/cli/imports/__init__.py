"""`entrygo products import` and `entrygo orders import`: files in, REST out, every row accounted for."""
