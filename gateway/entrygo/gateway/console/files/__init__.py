"""Files that people drop on the console: recognised, their columns chosen, looked at, then sent row by row.

The gateway keeps no file between the two steps: the browser sends it along with the choice of columns.
"""
