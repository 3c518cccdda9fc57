"""Imported reference data: from the operator's command into the database, and from there into plans."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from entrygo.cli.main import app
from entrygo.domain.programmes import Programme
from entrygo.planning.duty_books import DutyBooks
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.reference.library import Library
from entrygo.planning.reference.records import UnusableFile
from entrygo.planning.reference.scopes import text_of
from entrygo.postgres.pool import Pool, open_pool
from tests.tariff import tariff_csv

POLL_SECONDS = 0.05
DAY = date(2026, 11, 20)
CHAIRS = "hts_prefix,ch99_code\n9401,9903.03.14\n"
# Of the right form, and yet no plan can be made with a fee that has no amounts.
EMPTY_FEE = (
    '{"table": "merchandise_processing_fees", "rows": [{"key": "FY2027", "value": {}, "source": "x",'
    ' "effective_from": "2026-10-01", "effective_to": null, "checked_on": "2026-10-01"}]}'
)
TARIFF = tariff_csv({"6505.00.30.30": ["doz.", "kg"]})


class Operator:
    """`entrygo reference …` against the planning database of the test."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self.folder = folder
        self.pool = pool

    def file(self, content: str, name: str = "list.csv") -> str:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    async def run(self, *arguments: str) -> Result:
        # The command has an event loop of its own.
        return await asyncio.to_thread(CliRunner().invoke, app, ["reference", *arguments])

    async def imported(self, kind: str, content: str, *options: str) -> str:
        done = await self.run("import", kind, self.file(content), "--effective-from", "2026-11-01", *options)
        assert done.exit_code == 0, done.output
        return done.output


@pytest_asyncio.fixture
async def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Operator]:
    monkeypatch.setenv("ENTRYGO_PLANNING_DATABASE_URL", database_url)
    async with await open_pool(database_url, schema="planning") as pool:
        yield Operator(tmp_path, pool)


async def test_shipped_tables_count_until_something_is_imported(operator: Operator) -> None:
    library = Library(operator.pool)
    await library.refresh()
    assert library.on(DAY) == reference_on(DAY)


async def test_screening_list_is_in_force_after_the_next_refresh_and_takes_nothing_from_other_lists(
    operator: Operator,
) -> None:
    library = Library(operator.pool)
    output = await operator.imported(
        "restricted-parties",
        "source,type,name,alt_names,end_date\nEntity List,Entity,Grey Works Co.,Gray Works; G.W. Ltd,\n",
    )
    assert "restricted_parties version 1: 3 on 2026-11-01 (+3 -0)" in output
    await library.refresh()
    parties = library.on(DAY).restricted_parties
    assert parties.lists_with("GRAY-WORKS") == parties.lists_with("GW") == ("Entity List",)
    assert parties.lists_with("Hollin Hair Accessories Co.") == ("UFLPA Entity List",)


async def test_import_is_in_force_after_the_next_refresh(operator: Operator) -> None:
    library = Library(operator.pool)
    output = await operator.imported("hts", TARIFF, "--release", "HTS 2026 Rev 21")
    assert "hts_lines version 1: 97 on 2026-11-01 (+97 -0)" in output
    assert "hts_units version 2: 1 on 2026-11-01 (+1 -21)" in output
    assert library.on(DAY).hts_release is None
    await library.refresh()
    found = library.on(DAY)
    assert found.hts_release is not None
    assert found.hts_release.name == "HTS 2026 Rev 21"
    assert "6505003030" in found.hts_release.codes
    assert found.version != reference_on(DAY).version
    # Other tables stay those that ship, and earlier days stay as they were.
    assert found.countries == reference_on(DAY).countries
    assert library.on(date(2026, 10, 31)).version == reference_on(date(2026, 10, 31)).version


async def test_rates_of_duty_are_estimated_by_at_once_and_decide_no_plan(operator: Operator) -> None:
    library = Library(operator.pool)
    books, before = DutyBooks(library.tables), library.on(DAY)
    assert not books.on(before, DAY).rates.rows("8471300100")
    output = await operator.imported(
        "duty-rates",
        "HTS Number,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty\n"
        '8471.30.01,Free,,35%\n8471.30.01.00,,,\n6505.00.30.30,6.8%,"Free (S)",45%\n',
    )
    assert "hts_rates version 1" in output
    chapter = "country,heading,percent,rate_text,description,iso2\n"
    words = "The duty provided in the applicable subheading + 5%"
    await operator.imported("chapter-99", f"{chapter}Peru,9903.05.98,5,{words},made up,PE\n")
    await library.refresh()
    # A book that was made before is not used any longer, though the version of what decides is the same.
    assert library.on(DAY).version == before.version
    book = books.on(library.on(DAY), DAY)
    [row] = book.rates.rows("8471300100")
    assert (text_of(row, "general"), text_of(row, "column_2")) == ("Free", "35%")
    assert "9903.05.98" in book.headings_of("PE", Programme.FORCED_LABOR)
    assert "hts_rates" in (await operator.run("list")).output
    assert not books.on(library.on(DAY), date(2026, 10, 31)).rates.rows("8471300100")


async def test_later_import_of_a_table_takes_the_place_of_the_earlier(operator: Operator) -> None:
    await operator.imported("section-338", CHAIRS)
    output = await operator.imported("section-338", "hts_prefix,ch99_code\n9403,9903.03.14\n")
    assert "section_338_lists version 2: 1 on 2026-11-01 (+1 -1)" in output
    library = Library(operator.pool)
    await library.refresh()
    scope = library.on(DAY).programmes.section_338
    assert (bool(scope.rows("9403200082")), bool(scope.rows("9401710000"))) == (True, False)


async def test_running_service_follows_an_import(operator: Operator) -> None:
    library, stop = Library(operator.pool), asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(library.keep_fresh(stop))
        await operator.imported("hts", TARIFF)
        while True:
            if library.on(DAY).hts_release is not None:
                break
            await asyncio.sleep(POLL_SECONDS)
        stop.set()


async def test_diff_names_codes_and_imports_nothing(operator: Operator) -> None:
    done = await operator.run("diff", "section-338", operator.file(CHAIRS), "--effective-from", "2026-11-01")
    assert "section_338_lists: 1 on 2026-11-01 (+1 -666)" in done.output
    assert "+ 9401  9903.03.14" in done.output
    assert "- 04061064  9903.03.12" in done.output
    assert "- and 646 more" in done.output
    assert "version 1" not in (await operator.run("list")).output


async def test_list_says_where_each_table_is_from(operator: Operator) -> None:
    known = ("--source", "HTS Rev 21 note 51", "--checked-on", "2026-11-21")
    await operator.imported("section-338", CHAIRS, *known)
    lines = [line.strip() for line in (await operator.run("list")).output.splitlines()]
    (imported,) = [line for line in lines if line.startswith("section_338_lists")]
    (shipped,) = [line for line in lines if line.startswith("pga_flags")]
    assert "version 1" in imported
    assert "HTS Rev 21 note 51 (and 5 more)" in imported
    assert "secondary, primary" in imported or "primary, secondary" in imported
    assert "shipped" in shipped
    rows = (await operator.run("list", "section_338_lists")).output.splitlines()
    assert "9903.03.14: 2026-11-01 to …, secondary, checked 2026-11-21" in rows[-2]
    assert rows[-1].strip() == "HTS Rev 21 note 51"
    assert (await operator.run("list", "horoscopes")).exit_code != 0


async def test_check_fails_when_a_table_was_not_looked_at_for_too_long(operator: Operator) -> None:
    fresh = await operator.run("check", "--on", "2026-12-01")
    assert (fresh.exit_code, "fresh" in fresh.output) == (0, True)
    stale = await operator.run("check", "--on", "2027-11-01")
    assert stale.exit_code == 1
    assert "section_338_lists: last checked 2026-11-21" in stale.output
    assert "merchandise_processing_fees: its last known period ends" in stale.output


async def test_row_that_nobody_compared_is_named_until_somebody_does(operator: Operator) -> None:
    await operator.imported("section-338", CHAIRS, "--status", "unconfirmed")
    unsure = await operator.run("check", "--on", "2026-12-01")
    assert (unsure.exit_code, unsure.output.splitlines()) == (
        3,
        ["section_338_lists: 9903.03.14 was never compared with a source"],
    )
    await operator.imported("section-338", CHAIRS, "--status", "primary")
    assert (await operator.run("check", "--on", "2026-12-01")).exit_code == 0


async def test_checked_list_is_fresh_again(operator: Operator) -> None:
    await operator.imported("section-338", CHAIRS, "--checked-on", "2027-10-20")
    stale = await operator.run("check", "--on", "2027-11-01")
    assert "section_338_lists" not in stale.output
    assert "section_301_lists" in stale.output


@pytest.mark.parametrize(("kind", "content"), [("hts", CHAIRS), ("rows", EMPTY_FEE)])
async def test_wrong_file_is_refused_and_changes_nothing(operator: Operator, kind: str, content: str) -> None:
    done = await operator.run("import", kind, operator.file(content))
    assert isinstance(done.exception, UnusableFile)
    library = Library(operator.pool)
    await library.refresh()
    assert library.on(DAY) == reference_on(DAY)
