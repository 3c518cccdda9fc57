"""The tools: reading and planning for every key that may, acting only where the account lets agents."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.types import ToolAnnotations
from pydantic import ConfigDict, Field, ValidationError

from entrygo.cli.agents import answers
from entrygo.cli.agents.callers import AnswerTooLarge, Callers
from entrygo.cli.agents.failures import Refusal, said_to_the_agent, wrong_arguments
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Readiness
from entrygo_client import AsyncEntryGo, types

Answer = dict[str, Any]
ExportId = Annotated[str, Field(description="Id of the export, batch_…")]
PlanHash = Annotated[
    str, Field(description="The planHash that the last plan, explain or inspect showed for this export")
]
Reason = Annotated[str, Field(description="Why; kept with the export, and read by the broker")]

# In place of arguments that do not fit; no argument has this name.
WRONG = "<wrong>"

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
PLANS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)
ACTS = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)


@dataclass(frozen=True, slots=True)
class Tools:
    """Each method is a tool; its docstring is what the agent reads of it."""

    callers: Callers

    async def find_exports(
        self,
        ctx: Context,
        state: Annotated[str | None, Field(description=", ".join(State))] = None,
        readiness_state: Annotated[str | None, Field(description=", ".join(Readiness))] = None,
    ) -> Answer:
        """Lists the newest exports with their state and planHash."""
        with said_to_the_agent(ToolError):
            page = await self._client(ctx).list_exports(
                limit=answers.SHOWN, state=cast(Any, state), readiness_state=cast(Any, readiness_state)
            )
            return answers.listed(page["data"], has_more=page["hasMore"])

    async def plan(
        self,
        ctx: Context,
        *,
        warehouse_id: Annotated[str, Field(description="Which warehouse ships, wh_…")],
        broker_id: Annotated[str, Field(description="Which customs broker files, br_…")],
        order_ids: Annotated[list[str], Field(description="Orders by EntryGo's ids, ord_…")] = [],  # noqa: B006
        external_order_ids: Annotated[list[str], Field(description="Orders by the warehouse's own ids")] = [],  # noqa: B006
        export_id: Annotated[str | None, Field(description="An export to plan again; else a new one")] = None,
        dry_run: Annotated[bool, Field(description="Decide, and store nothing")] = False,
        leave_out_blocked: Annotated[bool, Field(description="Plan without the orders with errors")] = False,
    ) -> Answer:
        """Decides what could go and how ready it is. Sends nothing to anybody."""
        body: types.PlanBody = {
            "warehouseId": warehouse_id,
            "brokerId": broker_id,
            "orderIds": order_ids,
            "externalOrderIds": external_order_ids or None,
            "batchId": export_id,
            "dryRun": dry_run,
            "onBlocked": "exclude" if leave_out_blocked else None,
            "include": ["entries"],
        }
        with said_to_the_agent(ToolError):
            return answers.planned(await self._client(ctx).plan_export(body))

    async def inspect(self, ctx: Context, export_id: ExportId) -> Answer:
        """Shows how an export stands: state, documents, what the broker got and answered."""
        with said_to_the_agent(ToolError):
            return answers.inspected(await self._client(ctx).inspect_export(export_id))

    async def explain(self, ctx: Context, export_id: ExportId) -> Answer:
        """Says why an export is READY, REVIEW_REQUIRED or BLOCKED: each finding once, errors first."""
        with said_to_the_agent(ToolError):
            return answers.explained(await self._client(ctx).inspect_export(export_id))

    async def propose_fix(self, ctx: Context, export_id: ExportId) -> Answer:
        """Lists what would mend a plan, each product once, with accepted values. Changes nothing."""
        with said_to_the_agent(ToolError):
            return answers.proposed(await self._client(ctx).list_export_issues(export_id))

    async def diff(
        self,
        ctx: Context,
        export_id: ExportId,
        since: Annotated[str, Field(description="The planHash of the plan that was looked at before")],
    ) -> Answer:
        """Shows what changed since an earlier plan of the same export."""
        with said_to_the_agent(ToolError):
            return answers.compared(await self._client(ctx).diff_plans(export_id, from_=since))

    async def execute(self, ctx: Context, export_id: ExportId, plan_hash: PlanHash) -> Answer:
        """Makes the documents of exactly this plan and sends them to the broker. Repeating it is safe."""
        with said_to_the_agent(ToolError):
            client = await self._acting(ctx)
            body: types.ExecuteBody = {"batchId": export_id, "expectedPlanHash": plan_hash}
            await client.execute_export(body, idempotency_key=_key("execute", export_id, plan_hash))
            return answers.inspected(await client.inspect_export(export_id))

    async def resend(
        self,
        ctx: Context,
        export_id: ExportId,
        plan_hash: PlanHash,
        reason: Reason,
        entry: Annotated[
            int | None, Field(description="The one to send, where each entry goes on its own")
        ] = None,
    ) -> Answer:
        """Sends an executed package to the broker again. The same reason is sent once: a retry is safe."""
        with said_to_the_agent(ToolError):
            client = await self._acting_on(ctx, export_id, plan_hash)
            body: types.ResubmitBody = {"reason": reason}
            parts = [export_id, plan_hash, reason]
            if entry is not None:
                body["entry"] = entry
                parts.append(str(entry))
            await client.resubmit_to_broker(export_id, body, idempotency_key=_key("resend", *parts))
            return answers.inspected(await client.inspect_export(export_id))

    async def withdraw(
        self, ctx: Context, export_id: ExportId, plan_hash: PlanHash, reason: Reason
    ) -> Answer:
        """Takes an executed export back: its orders are free again, and the broker hears it once."""
        with said_to_the_agent(ToolError):
            client = await self._acting_on(ctx, export_id, plan_hash)
            key = _key("withdraw", export_id, plan_hash, reason)
            await client.withdraw_export(export_id, {"reason": reason}, idempotency_key=key)
            return answers.inspected(await client.inspect_export(export_id))

    def _client(self, ctx: Context) -> AsyncEntryGo:
        return self.callers.client(ctx.headers)

    async def _acting(self, ctx: Context) -> AsyncEntryGo:
        """The client, where the account's policy lets agents act; Refusal elsewhere."""
        client = self._client(ctx)
        if not (await client.get_policy())["agentsMayAct"]:
            raise Refusal("AGENTS_MAY_NOT_ACT", "The account's policy does not let agents act.")
        return client

    async def _acting_on(self, ctx: Context, export_id: str, plan_hash: str) -> AsyncEntryGo:
        """Likewise, for what the REST API takes no hash of: an executed export keeps the plan it has."""
        client = await self._acting(ctx)
        try:
            current = (await client.inspect_export(export_id))["planHash"]
        except AnswerTooLarge as error:
            raise Refusal("EXPORT_TOO_LARGE", str(error)) from error
        if current != plan_hash:
            raise Refusal("PLAN_HASH_MISMATCH", f"{export_id} has the plan {current}, not {plan_hash:.128}.")
        return client


def tools_of(callers: Callers) -> list[Tool]:
    """Every tool with what it may do."""
    tools = Tools(callers)
    reads = (tools.find_exports, tools.inspect, tools.explain, tools.propose_fix, tools.diff)
    acts = (tools.execute, tools.resend, tools.withdraw)
    return [
        *(_strict(Tool.from_function(read, annotations=READS)) for read in reads),
        _strict(Tool.from_function(tools.plan, annotations=PLANS)),
        *(_strict(Tool.from_function(act, annotations=ACTS)) for act in acts),
    ]


class _AsGiven(FuncMetadata):
    """Reads JSON that an agent put into a text, as the library does, but for `null`: that text is none."""

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """An export of the id "null" is asked for, and not a new one."""
        parsed = super().pre_parse_json(data)
        return {name: data[name] if value is None else value for name, value in parsed.items()}

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        """As the library, but what is wrong with them is left for `call_fn` to say: by a code, as always."""
        try:
            return super().validate_arguments(arguments_to_validate)
        except ValidationError as error:
            return {WRONG: wrong_arguments(error)}

    async def call_fn(
        self,
        fn: Callable[..., Any],
        fn_is_async: bool,
        arguments: dict[str, Any],
        arguments_to_pass_directly: dict[str, Any] | None = None,
    ) -> Any:
        """Calls the tool; ToolError where its arguments are wrong."""
        if WRONG in arguments:
            raise ToolError(arguments[WRONG])
        return await super().call_fn(fn, fn_is_async, arguments, arguments_to_pass_directly)


def _strict(tool: Tool) -> Tool:
    """The same, refusing an argument that it has not by its name: ignored, it would seem to be obeyed."""
    given = tool.fn_metadata.arg_model

    class Arguments(given):  # type: ignore[misc, valid-type]
        model_config = ConfigDict(extra="forbid", title=given.__name__)

    metadata = _AsGiven.model_construct(**{**dict(tool.fn_metadata), "arg_model": Arguments})
    parameters = {**tool.parameters, "additionalProperties": False}
    return tool.model_copy(update={"fn_metadata": metadata, "parameters": parameters})


def _key(act: str, *parts: str) -> str:
    """One act, one key: a call that is repeated after a lost answer happens once."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"mcp-{act}-{digest[:40]}"
