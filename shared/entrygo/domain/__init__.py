"""The pure kernel that every part speaks: ids, money, time, lifecycle, facts, errors. No I/O, no clock."""
