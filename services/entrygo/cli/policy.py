"""The commands `entrygo policy show` and `set`: what an account asks of its own plans, and of agents."""

from typing import Annotated, Any

import typer

from entrygo.cli.connection import find_target
from entrygo.cli.options import Json
from entrygo.cli.terminal import out, print_json
from entrygo_client.types import PolicyAnswer

policy_app = typer.Typer(no_args_is_help=True, help="The account's policy: show, set.")


@policy_app.callback()
def policy() -> None:
    """The account's policy: show, set."""


@policy_app.command("show")
def show(as_json: Json = False) -> None:
    """Show what the account asks of its plans."""
    with find_target().client() as entrygo:
        _shown(entrygo.get_policy(), as_json)


@policy_app.command("set")
def set_(
    *,
    approval_required: Annotated[
        bool | None,
        typer.Option(help="Whether a plan in REVIEW_REQUIRED needs an approval by name."),
    ] = None,
    agents_may_act: Annotated[
        bool | None,
        typer.Option(help="Whether agents may execute, send again and withdraw through `entrygo mcp`."),
    ] = None,
    savings_basis: Annotated[
        str | None,
        typer.Option(help="The alternative for savings: per_order_entry or per_importer_daily_entry."),
    ] = None,
    severity: Annotated[
        list[str] | None, typer.Option("--severity", help="CODE=warning or CODE=error; repeatable.")
    ] = None,
    without_approval: Annotated[
        list[str] | None,
        typer.Option("--without-approval", help="A warning that needs no approval; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Change what is given here; the rest of the policy stays."""
    target = find_target()
    with target.client() as entrygo:
        body: Any = {**entrygo.get_policy(), "accountId": target.account_id}
        del body["updatedAt"]
        if approval_required is not None:
            body["approvalRequired"] = approval_required
        if agents_may_act is not None:
            body["agentsMayAct"] = agents_may_act
        if savings_basis is not None:
            body["savingsBasis"] = savings_basis
        if severity:
            body["severities"] |= dict(map(_pair, severity))
        if without_approval:
            body["codesWithoutApproval"] = sorted({*body["codesWithoutApproval"], *without_approval})
        _shown(entrygo.set_policy(body), as_json)


def _pair(text: str) -> tuple[str, str]:
    code, separator, value = text.partition("=")
    if not separator:
        raise typer.BadParameter(f"--severity {text}: write it as CODE=error.")
    return code.strip(), value.strip()


def _shown(answer: PolicyAnswer, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    out.print(
        "A plan to review is executed "
        + ("only after somebody approved it by name." if answer["approvalRequired"] else "without approval.")
    )
    out.print(f"Agents may {'' if answer['agentsMayAct'] else 'not '}act through `entrygo mcp`.")
    out.print(f"Savings are measured against {answer['savingsBasis']}.")
    for code, severity in answer["severities"].items():
        out.print(f"{code} counts as {severity}.", markup=False)
    if answer["codesWithoutApproval"]:
        out.print(f"Without approval: {', '.join(answer['codesWithoutApproval'])}.", markup=False)
