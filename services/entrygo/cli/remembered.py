"""What `entrygo up` gave the parts of a home, for commands that look at the same things as they do."""

import os
from collections.abc import Mapping

from entrygo.cli.up.background import running
from entrygo.cli.up.home import Home


def remembered(home: Home) -> Mapping[str, str]:
    """What `entrygo up` gave its parts in this home; nothing where it never ran."""
    if not home.state_file.exists():
        return {}
    state, report = home.load_state(), running(home)
    targets = report.targets if report else {}
    known = {
        "ENTRYGO_DATABASE_URL": state.database_url,
        "ENTRYGO_SERVICE_TOKEN": state.service_token,
        "ENTRYGO_KAFKA_BOOTSTRAP": state.kafka_bootstrap,
        "ENTRYGO_SMTP_URL": state.smtp_url,
        "ENTRYGO_ARTIFACTS_URL": state.artifacts_url,
        **{f"ENTRYGO_{name.upper()}_TARGET": target for name, target in targets.items()},
    }
    return {name: value for name, value in known.items() if value}


def fill_environment(home: Home) -> None:
    """Sets what the environment does not name, from which the settings classes read."""
    for name, value in remembered(home).items():
        os.environ.setdefault(name, value)
