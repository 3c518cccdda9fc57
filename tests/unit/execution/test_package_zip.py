"""The archive: every other document, unchanged, and the same bytes each time."""

import hashlib
import io
import zipfile

from tests.unit.execution.rendered import json_of, rendered


def test_it_holds_every_other_document_unchanged() -> None:
    artifacts = rendered()
    with zipfile.ZipFile(io.BytesIO(artifacts["package_zip"].content)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {
        each.filename: each.content for each in artifacts.values() if each.artifact_type != "package_zip"
    }


def test_the_manifest_in_it_names_the_digest_of_everything_else_in_it() -> None:
    with zipfile.ZipFile(io.BytesIO(rendered()["package_zip"].content)) as archive:
        digests = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    digests.pop("manifest.json")
    assert {each["filename"]: each["sha256"] for each in json_of("manifest")["artifacts"]} == digests


def test_its_members_carry_no_time_and_no_rights_of_this_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(rendered()["package_zip"].content)) as archive:
        members = archive.infolist()
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {(member.create_system, member.external_attr >> 16) for member in members} == {(3, 0o100644)}
