"""Where the answer to a form stands: at a page that a reload leads to, without a form sent again."""

# What is read of a file, which its tab alone keeps.
OF_A_FILE = "/files/columns"


def page_of(path: str) -> str:
    """The page that a form stands on, or the first of its part of the console."""
    match path.split("/")[1:]:
        case ["exports", export_id, _]:
            return f"/exports/{export_id}"
        case ["setup", "keys", *_]:
            return "/setup/keys"
        case ["setup", noun, record_id, *_]:
            # What is done to a record has a path of its own below the record's.
            return f"/setup/{noun}/{record_id}"
        case ["setup", *_]:
            return path
        case ["files" | "plan", *_]:
            return "/files"
        case _:
            return "/"
