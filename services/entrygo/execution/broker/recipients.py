"""Whom an account may send mail, and how many a day: states, caps, and what holds a mail back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from entrygo.requests.email_address import parse_address

# The key of the whole account among the counts of a day's mails.
WHOLE_ACCOUNT = ""
# How often a mail that waits for its recipient is looked at; a confirmation frees it at once.
LOOK_AGAIN = timedelta(hours=1)
# Between two mails that ask the same recipient, and how many there are before only the operator can help.
ASK_AGAIN = timedelta(days=1)
MAX_ASKS = 3

UNCONFIRMED = "{address} has not confirmed yet that it takes customs packages of this account."
ASKING = "A mail asks for that; a package follows as soon as it is answered."
ASK_OPERATOR = "It does not answer: `entrygo recipients allow` lets the operator decide."
NO_LINKS = "There is no ENTRYGO_LINK_SECRET to ask with: `entrygo recipients allow` lets the operator decide."
REFUSED = "{address} does not want customs packages of this account."
REVOKED = "The operator allows this account no mail to {address}."
GIVEN_UP = "{address} never confirmed that it takes customs packages of this account."
ACCOUNT_CAP = "The account has sent its {cap} mails of this day (UTC); this one follows on the next."
RECIPIENT_CAP = "{address} has been sent its {cap} mails of this day (UTC); this one follows on the next."


class RecipientState(StrEnum):
    """What is known of whether an address takes an account's mail."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"  # by whoever reads its mail
    REFUSED = "refused"  # by the same
    ALLOWED = "allowed"  # by the operator
    REVOKED = "revoked"  # by the operator


TAKES = frozenset({RecipientState.CONFIRMED, RecipientState.ALLOWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One address of one account; `asks` counts the mails that asked it, the last one at `asked_at`."""

    id: str
    address: str
    state: RecipientState
    asks: int
    ask_due_at: datetime | None
    asked_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a mail does not leave now; `until` is when it is looked at again, None when it never will leave."""

    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPolicy:
    """The deployment's rules. Caps are mails a day (UTC); 0 is any number."""

    is_open: bool
    allowed_domains: frozenset[str]
    daily_per_account: int
    daily_per_recipient: int
    # How long a mail waits for its recipient's word before it fails.
    confirm_within: timedelta
    # Without a secret there are no links to confirm with.
    can_ask: bool

    def needs_word(self, address: str) -> bool:
        """Whether the address has to confirm, or the operator to allow it."""
        return not self.is_open and address.rpartition("@")[2] not in self.allowed_domains

    def let_through(self, address: str) -> frozenset[RecipientState]:
        """The states in which the address is sent mail; one that is not known is unconfirmed."""
        return TAKES if self.needs_word(address) else TAKES | {RecipientState.UNCONFIRMED}

    def state_of(self, address: str, recipient: Recipient | None) -> str:
        """The state as answers show it; `allowed` where nobody is asked."""
        known = RecipientState.UNCONFIRMED if recipient is None else recipient.state
        is_let_through = known is RecipientState.UNCONFIRMED and not self.needs_word(address)
        return RecipientState.ALLOWED if is_let_through else known

    def should_ask(self, address: str, recipient: Recipient | None, now: datetime) -> bool:
        """Whether another mail has to ask the address."""
        if not self.can_ask or not self.needs_word(address):
            return False
        if recipient is None:
            return True
        is_open_question = recipient.state is RecipientState.UNCONFIRMED and recipient.ask_due_at is None
        is_patient = recipient.asked_at is not None and now < recipient.asked_at + ASK_AGAIN
        return is_open_question and not is_patient and recipient.asks < MAX_ASKS

    def hold(
        self, address: str, recipient: Recipient | None, *, prepared_at: datetime, now: datetime
    ) -> Hold | None:
        """What the recipient's state says of a mail prepared at `prepared_at`; None lets it leave."""
        state = RecipientState.UNCONFIRMED if recipient is None else recipient.state
        if state is RecipientState.REFUSED:
            return Hold(REFUSED.format(address=address), None)
        if state is RecipientState.REVOKED:
            return Hold(REVOKED.format(address=address), None)
        if state in self.let_through(address):
            return None
        if now >= prepared_at + self.confirm_within:
            return Hold(GIVEN_UP.format(address=address), None)
        return Hold(f"{UNCONFIRMED.format(address=address)} {self._what_helps(recipient)}", now + LOOK_AGAIN)

    def _what_helps(self, recipient: Recipient | None) -> str:
        if not self.can_ask:
            return NO_LINKS
        is_silent = recipient is not None and recipient.asks >= MAX_ASKS and recipient.ask_due_at is None
        return ASK_OPERATOR if is_silent else ASKING

    @property
    def counts(self) -> bool:
        """Whether there is any cap."""
        return bool(self.daily_per_account or self.daily_per_recipient)

    def caps(self, address: str) -> Mapping[str, int | None]:
        """How many mails of a day there may be, by address, the whole account first; None is any number.
        Empty where none are counted."""
        if not self.counts:
            return {}
        return {WHOLE_ACCOUNT: self.daily_per_account or None, address: self.daily_per_recipient or None}

    def over_cap(self, address: str, mails: Mapping[str, int], tomorrow: datetime) -> Hold | None:
        """What the day's mails, this one among them, say of it; by address, with WHOLE_ACCOUNT their sum."""
        for name, cap in self.caps(address).items():
            if cap is not None and mails[name] > cap:
                reason = ACCOUNT_CAP if name == WHOLE_ACCOUNT else RECIPIENT_CAP
                return Hold(reason.format(address=address, cap=cap), tomorrow)
        return None


def recipient_key(text: str | None) -> str | None:
    """How an address is known here: in lower case, its domain in ASCII; None for what is not sent to."""
    address = parse_address(text)
    return None if address is None else address.lower()
