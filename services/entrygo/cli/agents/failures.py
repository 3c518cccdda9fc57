"""What an agent reads when a call fails: the code first, and whether anything may have happened."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from pydantic import ValidationError

from entrygo.cli.agents.answers import SHOWN, SHOWN_CHARACTERS
from entrygo.cli.agents.callers import AnswerTooLarge, NoKey
from entrygo.cli.agents.plain_sight import in_plain_sight
from entrygo_client import ApiError, EntryGoError, NoAnswer

# By errorCode: what to do about it.
NEXT = {
    "PLAN_HASH_MISMATCH": "The plan is another one by now: inspect, and act on the planHash it shows.",
    "INVALID_EXPORT_STATE": "Inspect the export: its state does not allow this.",
    "VALIDATION_ERROR": "Mend the arguments that `issues` names.",
    "INSUFFICIENT_SCOPE": "The key may not do this; a person has to.",
    "ANSWER_TOO_LARGE": "find_exports shows what came of it: an export that was planned is the newest."
    " propose_fix reads it, and plan with its export_id makes no other one.",
    "EXPORT_TOO_LARGE": "Nothing was done; a person does it.",
    "AGENTS_MAY_NOT_ACT": "A person executes it, or sets agentsMayAct in the account's policy.",
}
LOST = "Call again with the same arguments: execute, resend and withdraw happen once; look for a plan first."


class Refusal(Exception):
    """This server itself does not let a call through."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@contextmanager
def said_to_the_agent(kind: type[ToolError] | type[ResourceError]) -> Iterator[None]:
    """Turns what is expected to go wrong into an answer of this kind."""
    try:
        yield
    except ApiError as error:
        issues = [f"{each['path']}: {each['message']}" for each in error.details.get("issues", ())]
        if kind is ResourceError and error.error_code == "NOT_FOUND":
            kind = ResourceNotFoundError
        text = _text(error.error_code, error.message, issues, _details(error.details))
        raise kind(text) from error
    except NoAnswer as error:
        raise kind(json.dumps({"errorCode": "NO_ANSWER", "message": str(error), "next": LOST})) from error
    except Refusal as error:
        raise kind(_text(error.code, str(error))) from error
    except AnswerTooLarge as error:
        raise kind(_text("ANSWER_TOO_LARGE", str(error))) from error
    except NoKey as error:
        raise kind(_text("INVALID_API_KEY", str(error))) from error
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        message = "An argument is too long, or has characters that no text has."
        raise kind(_text("VALIDATION_ERROR", message)) from error
    except EntryGoError as error:
        raise kind(_text("FAILED", str(error))) from error


def wrong_arguments(error: ValidationError) -> str:
    """What is wrong with the arguments of a tool, in the form of every other error."""
    found = error.errors(include_url=False, include_input=False)
    issues = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found]
    return _text("VALIDATION_ERROR", "The arguments do not fit the tool.", issues)


def _details(details: Mapping[str, Any]) -> dict[str, object]:
    """What else the server says; of the orders that were asked for those alone that it does not know."""
    shown = {name: value for name, value in details.items() if name != "issues"}
    for ids in ("OrderIds", "ExternalOrderIds"):
        known = frozenset(shown.pop(f"found{ids}", ()))
        unknown = [each for each in shown.pop(f"requested{ids}", ()) if each not in known]
        shown |= {f"unknown{ids}": unknown} if unknown else {}
    return shown


@in_plain_sight
def _cut(said: Mapping[str, object]) -> dict[str, Any]:
    """The same with the first of long lists, and how many more there are; of long texts the beginning."""
    more = sum(max(0, len(value) - SHOWN) for value in said.values() if isinstance(value, list))
    cut: dict[str, Any] = _small(said)
    return cut | ({"more": more} if more else {})


def _small(value: Any) -> Any:
    match value:
        case str() if len(value) > SHOWN_CHARACTERS:
            return value[:SHOWN_CHARACTERS] + "…"
        case list():
            return [_small(each) for each in value[:SHOWN]]
        case Mapping():
            return {name: _small(each) for name, each in islice(value.items(), SHOWN)}
        case _:
            return value


def _text(
    code: str, message: str, issues: Iterable[str] = (), details: Mapping[str, object] | None = None
) -> str:
    answer: dict[str, object] = {"errorCode": code, "message": message}
    if code in NEXT:
        answer["next"] = NEXT[code]
    if issues := list(issues):
        answer["issues"] = issues
    if details:
        answer["details"] = _cut(details)
    return json.dumps(_cut(answer))
