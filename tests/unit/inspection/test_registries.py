"""Every projection is in its tuple."""

from pathlib import Path

from entrygo.inspection import projections
from entrygo.inspection.projections import PROJECTIONS
from entrygo.messaging.events import EVENT_DATA


def test_every_file_of_the_folder_is_registered() -> None:
    folder = Path(projections.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "projection"}
    assert {projection.name for projection in PROJECTIONS} == files


def test_every_event_of_an_export_is_read_by_a_projection_of_its_own_kind() -> None:
    handled = {kind for projection in PROJECTIONS for kind in projection.handles or ()}
    assert handled == set(EVENT_DATA.values()) - {"orders_synced"}
