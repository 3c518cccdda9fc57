"""`make audit`: what the wheel stands on. Licences, known vulnerabilities, and a bill of materials in dist/.

Runtime dependencies are those of uv.lock without the development group, with the extra `sftp`. A licence that
is not on the list, or a known vulnerability, ends it with status 1. A vulnerability database that cannot be
reached is said, and is no failure: run it again where it can.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

DIST = Path(__file__).resolve().parent.parent / "dist"
UV = DIST.parent / ".tools/uv"
EXPORT = (UV, "export", "--quiet", "--locked", "--no-dev", "--extra", "sftp", "--no-emit-local")
PIP_AUDIT = "pip-audit==2.10.1"

# Whole expressions, each one read: shipping the unmodified wheels with their notices does what they ask.
ALLOWED = {
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT OR Apache-2.0",
    "MIT-0",
    "MPL-2.0",
    "MPL-2.0 AND (Apache-2.0 OR MIT)",
    "OFL-1.1",
    "PSF-2.0",
}
# Allowed for one package alone, for a reason of its own.
EXCEPTIONS = {
    # Only with the extra `sftp`, which a user chooses to add; under EPL-2.0.
    "asyncssh": "EPL-2.0 OR GPL-2.0-or-later",
    # Read: what is inside PDFium (FreeType under its own licence, libjpeg-turbo, zlib, ICU, …) is permissive,
    # and its notices are in the wheel, which is shipped as it is.
    "pypdfium2": "BSD-3-Clause, Apache-2.0, dependency licenses",
}
# What packages without an SPDX expression write instead.
SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}


def main() -> int:
    """The exit status."""
    DIST.mkdir(exist_ok=True)
    bill = DIST / "entrygo.cdx.json"
    _run(*EXPORT, "--format", "cyclonedx1.5", "--preview-features", "sbom-export", "--output-file", bill)
    names = [each["name"] for each in json.loads(bill.read_text(encoding="utf-8"))["components"]]
    print(f"bill of materials   {bill.relative_to(DIST.parent)}: {len(names)} packages, CycloneDX 1.5")
    problems = [*_check_licences(names), *_check_vulnerabilities()]
    for problem in problems:
        print(f"PROBLEM             {problem}")
    return 1 if problems else 0


def _check_licences(names: Iterable[str]) -> list[str]:
    licences, absent = {}, []
    for name in names:
        try:
            licences[name] = licence_of(name)
        except metadata.PackageNotFoundError:
            absent.append(name)
    refused = [f"{name}: {found}" for name, found in licences.items() if not is_allowed(name, found)]
    print(f"licences            {len(licences)} read, {len(licences) - len(refused)} on the list")
    if absent:
        print(f"                    not of this platform, not read: {', '.join(absent)}")
    return [f"licence not on the list: {each}" for each in refused]


def licence_of(name: str) -> str:
    """The licence that an installed package declares: as an SPDX expression where it can be known."""
    fields = metadata.metadata(name)
    if "License-Expression" in fields:
        return fields["License-Expression"]
    classifiers = [
        str(each).rpartition(" :: ")[2] for each in fields.get_all("Classifier") or () if "License ::" in each
    ]
    # Some put the whole text into the field: then the classifier is the better source.
    words = fields["License"].strip() if "License" in fields else ""
    candidates = [words, *classifiers] if "\n" not in words else classifiers
    spelt = [SPELLINGS.get(each, each) for each in candidates if each and each != "OSI Approved"]
    return spelt[0] if spelt else "none declared"


def is_allowed(name: str, licence: str) -> bool:
    """Whether a package may be depended upon under this licence."""
    return licence in ALLOWED or EXCEPTIONS.get(name) == licence


def _check_vulnerabilities() -> list[str]:
    requirements = DIST / "requirements.txt"
    _run(*EXPORT, "--format", "requirements.txt", "--output-file", requirements)
    options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    command = (UV, "tool", "run", "--quiet", PIP_AUDIT, "--requirement", requirements, *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"vulnerabilities     NOT CHECKED: {reason}")
        return []
    checked = [each for each in found if "skip_reason" not in each]
    if not checked:
        print("vulnerabilities     NOT CHECKED: the database cannot be reached from here")
        return []
    print(f"vulnerabilities     {len(checked)} of {len(found)} packages checked by {PIP_AUDIT}")
    return [
        f"{each['name']} {each['version']}: {known['id']}, mended in {known['fix_versions']}"
        for each in checked
        for known in each["vulns"]
    ]


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
