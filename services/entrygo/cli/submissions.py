"""What the broker was sent and what it answered, as people read it."""

from collections.abc import Mapping
from typing import Any

Answer = Mapping[str, Any]
Facts = list[tuple[str, str]]


def facts_of_broker(answer: Answer) -> Facts:
    """The submission by which the package stands; where each entry went on its own, the newest of each."""
    of_entries = {each["entry"]: each for each in answer.get("brokerSubmissions") or () if each.get("entry")}
    if not of_entries:
        submission = answer.get("brokerSubmission")
        return [("broker", _sent(submission)), *_answered(submission or {})]
    return [
        fact
        for entry, submission in sorted(of_entries.items())
        for fact in ((f"broker, entry {entry}", _sent(submission)), *_answered(submission))
    ]


def _sent(submission: Answer | None) -> str:
    if submission is None:
        return "no submission"
    text = f"{submission['status']} to {submission['recipient_email']}: {submission['subject']}"
    return f"{text} ({submission['error_message']})" if submission.get("error_message") else text


def _answered(submission: Answer) -> Facts:
    """What the broker said, where it has."""
    numbers = submission.get("entry_numbers") or ()
    if len(numbers) > 1:
        said = [("entry numbers", ", ".join(f"{each['entry']}: {each['entry_number']}" for each in numbers))]
    else:
        said = [("entry number", submission.get("entry_number") or "")]
    said.append(("broker's reason", submission.get("broker_reason") or ""))
    said.append(("its server's answer", submission.get("server_answer") or ""))
    return [(name, value) for name, value in said if value]
