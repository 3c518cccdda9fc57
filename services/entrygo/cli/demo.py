"""`entrygo demo`: the first-export guide against the running system, on a page; `--verbose` shows it all."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import orjson
import typer
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from entrygo.cli.connection import Target, current_home, find_target
from entrygo.cli.options import Json
from entrygo.cli.readable import show_messages
from entrygo.cli.terminal import err, out, print_json
from entrygo.cli.up.demo_account import read_demo_account
from entrygo_client import EntryGo

SHOWN_LIST_ITEMS = 5


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder for the documents.")] = Path("entrygo-demo"),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every request and answer in full.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Walk through a first export: sync, plan, execute, inspect, fetch the documents."""
    target = find_target()
    with target.client() as entrygo:
        screen = err if as_json else out
        walk = Walk(entrygo, target, screen, run_id=uuid4().hex[:8], is_verbose=verbose)
        package = walk.walk()
        files = list(_save_documents(entrygo, package, folder / package["packageNumber"]))
    mail = find_mail(current_home().mail, package["packageNumber"])
    if as_json:
        documents = [str(file) for file in files]
        print_json({"customsPackage": package, "documents": documents, "mail": str(mail) if mail else None})
        return
    out.print(Rule("what you have now") if verbose else "")
    for file in files:
        out.print(f"document  {file}")
    out.print(
        f"mail      {mail}" if mail else "mail      at the broker: this system uses a mail server of its own"
    )


class Walk:
    """The steps of the guide; each sends what the one before answered."""

    def __init__(
        self, entrygo: EntryGo, target: Target, screen: Console, *, run_id: str, is_verbose: bool
    ) -> None:
        self._entrygo = entrygo
        self._target = target
        self._screen = screen
        self._run_id = run_id
        self._is_verbose = is_verbose

    def walk(self) -> dict[str, Any]:
        """Syncs, plans and executes two orders; returns their customs package as REST answers it."""
        self._note(self._get("Verify the key", "/api/system/health", self._entrygo.system_health)["status"])
        order_ids = [order["id"] for order in self._sync()["data"]]
        self._note(", ".join(order_ids))
        plan = self._plan(order_ids)
        self._screen.print(f"  [bold]{plan['readinessState']}[/]: {plan['next_recommended_action']}")
        self._note(f"{plan['exportId']}, {plan['complianceScore']} of 100")
        self._note(plan["planHash"])
        if not self._is_verbose:
            show_messages(self._screen, plan["validationMessages"])
        execution = self._execute(plan["exportId"])
        self._note(f"{execution['status']}: {len(execution['artifacts'])} documents")
        export_id = plan["exportId"]
        export = self._get(
            "Inspect the export",
            f"/api/exports/{export_id}",
            lambda: self._entrygo.inspect_export(export_id),
        )
        submission = export["brokerSubmission"] or {"status": "none", "recipient_email": ""}
        self._note(f"to the broker: {submission['status']} {submission['recipient_email']}".rstrip())
        package_id = execution["customs_package_id"]
        package = self._get(
            "Read the customs package",
            f"/api/customs-packages/{package_id}",
            lambda: self._entrygo.get_customs_package(package_id),
        )
        self._note(package["packageNumber"])
        return package

    def _note(self, text: str) -> None:
        """What the answer came to, where the answer itself is not shown."""
        if not self._is_verbose:
            self._screen.print(f"  {text}", markup=False)

    def _sync(self) -> dict[str, Any]:
        jacket, cap = read_demo_account()["products"][1:]
        lines = [_line(jacket, 2), _line(cap, 1)]
        body = {
            "accountId": self._target.account_id,
            "items": [
                self._order("1", "CA", "94105", lines),
                self._order("2", "NY", "10001", [{**_line(cap, 1)}]),
            ],
        }
        return self._post("Sync two orders", "/api/orders/sync", body, self._entrygo.sync_orders)

    def _order(
        self, number: str, region: str, postal_code: str, lines: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "externalId": f"demo-{self._run_id}-{number}",
            "destinationCountry": "US",
            "destinationRegion": region,
            "destinationPostalCode": postal_code,
            "items": lines,
            "metadata": {"source": "entrygo-demo"},
        }

    def _plan(self, order_ids: list[str]) -> dict[str, Any]:
        body = {
            "accountId": self._target.account_id,
            "warehouseId": self._target.need("ENTRYGO_WAREHOUSE_ID"),
            "brokerId": self._target.need("ENTRYGO_BROKER_ID"),
            "destinationCountry": "US",
            "orderIds": order_ids,
            "dryRun": False,
        }
        return self._post("Plan the export", "/api/exports/plan", body, self._entrygo.plan_export)

    def _execute(self, export_id: str) -> dict[str, Any]:
        body = {"accountId": self._target.account_id, "batchId": export_id}
        return self._post("Execute it", "/api/exports/execute", body, self._entrygo.execute_export)

    def _post(self, title: str, path: str, body: dict[str, Any], send: Callable[..., Any]) -> dict[str, Any]:
        key = f"demo-{self._run_id}-{path.rsplit('/', 1)[-1]}"
        return self._shown(title, f"POST {path}", body, lambda: send(body, idempotency_key=key))

    def _get(self, title: str, path: str, ask: Callable[[], Any]) -> dict[str, Any]:
        return self._shown(title, f"GET {path}", None, ask)

    def _shown(
        self, title: str, request: str, body: dict[str, Any] | None, send: Callable[[], Any]
    ) -> dict[str, Any]:
        if not self._is_verbose:
            self._screen.print(Text.assemble((title, "bold"), (f"  {request}", "dim")))
            quiet: dict[str, Any] = send()
            return quiet
        self._screen.print(Rule(title))
        self._screen.print(request, style="bold", markup=False)
        if body is not None:
            self._screen.print(_json(body))
        answer: dict[str, Any] = send()
        self._screen.print("answer", style="dim")
        self._screen.print(_json(answer))
        return answer


def find_mail(folder: Path, package_number: str) -> Path | None:
    """The newest mail whose subject names the package."""
    for file in sorted(folder.glob("*.eml"), reverse=True):
        subject = message_from_bytes(file.read_bytes(), policy=policy.default)["subject"]
        if package_number in str(subject):
            return file
    return None


def _save_documents(entrygo: EntryGo, package: dict[str, Any], folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for artifact in package["artifacts"]:
        # The last part only: a name never leads out of the folder.
        file = folder / Path(artifact["filename"]).name
        file.write_bytes(entrygo.get_artifact(package["id"], file.name))
        yield file


def _line(product: dict[str, Any], quantity: int) -> dict[str, Any]:
    return {"productId": product["id"], "quantity": quantity, "unitValueUsd": int(product["unit_value_usd"])}


def _json(value: Any) -> Syntax:
    text = orjson.dumps(_shortened(value), option=orjson.OPT_INDENT_2).decode()
    return Syntax(text, "json", background_color="default", word_wrap=True)


def _shortened(value: Any) -> Any:
    """Long lists are cut for reading; the interface answers them whole."""
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        shown = [_shortened(item) for item in value[:SHOWN_LIST_ITEMS]]
        rest = len(value) - len(shown)
        return [*shown, f"… {rest} more"] if rest else shown
    return value
