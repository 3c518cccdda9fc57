"""`entrygo importers import`, `export` and `show`: rows to importers and back, refusals, masked numbers."""

from pathlib import Path

from tests.unit.cli_imports.conftest import FakeServer, Importer, rejects_of

CONTENT = (
    "external_id,name,number,line1,city,country,non_resident,bond_type,bond_amount_usd,bond_valid_to,"
    "poa_broker,poa_valid_from,poa_valid_to\n"
    "brand-north,Northshore Apparel Ltd,98-1122334,1450 Powell Street,Vancouver,CA,yes,continuous,100000,"
    "2027-01-31,broker-1,2026-02-01,2027-12-31\n"
    "brand-north,,,,,,,,,,broker-2,,2026-12-31\n"
    "brand-island,Island Light USA LLC,84-9900112,,Blaine,US,no,single,,,,,\n"
)
NORTH = {
    "externalId": "brand-north",
    "name": "Northshore Apparel Ltd",
    "number": "98-1122334",
    "address": {"line1": "1450 Powell Street", "city": "Vancouver", "country": "CA"},
    "nonResident": True,
    "bond": {"type": "continuous", "amountUsd": 100000, "validTo": "2027-01-31"},
    "powersOfAttorney": [
        {"broker": "broker-1", "validFrom": "2026-02-01", "validTo": "2027-12-31"},
        {"broker": "broker-2", "validTo": "2026-12-31"},
    ],
}


def test_rows_of_one_importer_are_its_powers_of_attorney(server: FakeServer, importer: Importer) -> None:
    done = importer.importers("import", str(importer.file(CONTENT)))
    assert done.exit_code == 0, done.output
    assert server.importers["brand-north"] == NORTH
    assert server.importers["brand-island"] == {
        "externalId": "brand-island",
        "name": "Island Light USA LLC",
        "number": "84-9900112",
        "address": {"city": "Blaine", "country": "US"},
        "nonResident": False,
        "bond": {"type": "single"},
    }


def test_an_exported_file_imports_as_the_same_importers(server: FakeServer, importer: Importer) -> None:
    importer.importers("import", str(importer.file(CONTENT)))
    kept, target = dict(server.importers), importer.folder / "out.csv"
    target.touch(mode=0o644)
    done = importer.importers("export", str(target))
    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o077 == 0
    server.importers.clear()
    assert importer.importers("import", str(target)).exit_code == 0
    assert server.importers == kept


def test_rows_that_disagree_refuse_their_importer_and_repeat_no_number(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(
        "external_id,number,non_resident\na,98-1122334,\na,98-1122335,\nb,,perhaps\n,,\nc,,no\n"
    )
    done = importer.importers("import", str(path))
    assert done.exit_code == 3
    assert set(server.importers) == {"c"}
    reasons = [row["reject_reason"] for row in rejects_of(path)]
    assert reasons == [
        "rows of this importer disagree on number: ****2334, ****2335",
        "importer a is refused as a whole, see line 2:"
        " rows of this importer disagree on number: ****2334, ****2335",
        "non_resident is 'perhaps': expected yes or no",
    ]
    assert "1122335" not in done.output


def test_an_importer_that_the_server_refuses_is_rejected_with_all_of_its_rows(
    server: FakeServer, importer: Importer
) -> None:
    server.judge = lambda index, item: (
        [{"path": f"items.{index}.number", "message": "Expected an importer number"}]
        if item["externalId"] == "brand-north"
        else []
    )
    path = importer.file(CONTENT)
    assert importer.importers("import", str(path)).exit_code == 3
    assert [row["reject_line"] for row in rejects_of(path)] == ["2", "3"]
    assert set(server.importers) == {"brand-island"}


def test_shown_importers_have_masked_numbers_and_say_what_is_on_file(
    server: FakeServer, importer: Importer, tmp_path: Path
) -> None:
    importer.importers("import", str(importer.file(CONTENT)))
    shown = importer.importers("show").output
    assert "98-1122334" not in shown
    assert "****2334" in shown
    assert "continuous 100,000 USD to 2027-01-31" in shown
    assert "broker-1 from 2026-02-01 to 2027-12-31; broker-2 to 2026-12-31" in shown
    assert "brand-north" not in importer.importers("show", "brand-island").output
    assert importer.importers("show", "nobody").exit_code == 1
