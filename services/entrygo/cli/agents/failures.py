"""What an agent reads when a call fails: the code first, and whether anything may have happened."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from mcp.server.mcpserver.exceptions import ResourceError, ToolError

from entrygo.cli.agents.callers import AnswerTooLarge, NoKey
from entrygo_client import ApiError, EntryGoError, NoAnswer

SHOWN_ISSUES = 5
# By errorCode: what to do about it.
NEXT = {
    "PLAN_HASH_MISMATCH": "The plan is another one by now: inspect, and act on the planHash it shows.",
    "INVALID_EXPORT_STATE": "Inspect the export: its state does not allow this.",
    "VALIDATION_ERROR": "Mend the arguments that `issues` names.",
    "INSUFFICIENT_SCOPE": "The key may not do this; a person has to.",
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
        raise kind(_text(error.error_code, error.message, issues[:SHOWN_ISSUES])) from error
    except NoAnswer as error:
        raise kind(json.dumps({"errorCode": "NO_ANSWER", "message": str(error), "next": LOST})) from error
    except Refusal as error:
        raise kind(_text(error.code, str(error), [])) from error
    except AnswerTooLarge as error:
        raise kind(_text("ANSWER_TOO_LARGE", str(error), [])) from error
    except NoKey as error:
        raise kind(_text("INVALID_API_KEY", str(error), [])) from error
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        message = "An argument is too long, or has characters that no text has."
        raise kind(_text("VALIDATION_ERROR", message, [])) from error
    except EntryGoError as error:
        raise kind(_text("FAILED", str(error), [])) from error


def _text(code: str, message: str, issues: list[str]) -> str:
    answer: dict[str, object] = {"errorCode": code, "message": message}
    if code in NEXT:
        answer["next"] = NEXT[code]
    if issues:
        answer["issues"] = issues
    return json.dumps(answer)
