"""Settings of the execution process."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from entrygo.execution.broker.credentials import CredentialMissing, Credentials
from entrygo.execution.broker.recipients import MailPolicy
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.signed_links import LinkSigner, RecipientSigner
from entrygo.execution.broker.smtp_server import SmtpServer, parse_smtp_url
from entrygo.process.settings import (
    MEBIBYTE,
    EnvironmentSettings,
    ServiceSettings,
    check_secrets,
    database_url_field,
    secrets_in,
)
from entrygo.process.usable import Target, is_named
from entrygo.requests.email_address import parse_address

# By which obstore knows the stores of clouds.
CLOUD_SCHEMES = frozenset(["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "https", "http"])


class StorageSettings(EnvironmentSettings):
    """Where documents and mails are kept."""

    home: Path = Path(".entrygo")
    # file:///path, s3://bucket/path, gs://…, az://…; empty means a folder in ENTRYGO_HOME.
    artifacts_url: str = ""
    # A store that is reached without TLS, such as one in the same private network.
    artifacts_allow_http: bool = False

    @field_validator("artifacts_url")
    @classmethod
    def _check_artifacts_url(cls, value: str) -> str:
        parts = urlsplit(value)
        # Of `file://var/entrygo` the first folder would be a host, and documents lie somewhere else.
        is_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
        if value and not is_folder and not (parts.scheme in CLOUD_SCHEMES and parts.netloc):
            raise ValueError("ENTRYGO_ARTIFACTS_URL must be file:///path, s3://bucket/path, gs://… or az://…")
        return value

    @property
    def url(self) -> str:
        """The URL of the object store."""
        return self.artifacts_url or (self.home.absolute() / "artifacts").as_uri()


class SmtpSettings(EnvironmentSettings):
    """The mail server, and how long each phase with it may take."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_SMTP_")

    # smtp://, smtp+starttls:// or smtps:// with user:password@host:port.
    url: SecretStr = SecretStr("smtp://127.0.0.1:1025")
    ca_file: str | None = None
    connect_seconds: float = Field(default=30.0, gt=0)
    # Shorter than RFC 5321's minutes, which belong to a client that has no other mail to send meanwhile.
    command_seconds: float = Field(default=40.0, gt=0)
    # RFC 5321 asks for ten minutes after the final dot: a short wait makes unknowns.
    data_seconds: float = Field(default=600.0, gt=0)
    connections: int = Field(default=4, ge=1, le=50)

    @field_validator("url")
    @classmethod
    def _check_smtp_url(cls, value: SecretStr) -> SecretStr:
        parse_smtp_url(value.get_secret_value())
        return value

    @property
    def server(self) -> SmtpServer:
        """These settings as an SmtpServer."""
        return parse_smtp_url(
            self.url.get_secret_value(),
            ca_file=self.ca_file,
            connect_timeout=self.connect_seconds,
            command_timeout=self.command_seconds,
            data_timeout=self.data_seconds,
            max_connections=self.connections,
        )


class RecipientSettings(EnvironmentSettings):
    """Whom mail goes to, and how much of it a day."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_MAIL_")

    # open: whoever a broker's record names. confirmed: only who confirmed it or was allowed by the operator.
    recipients: Literal["open", "confirmed"] = "confirmed"
    # Domains that need no confirmation, with commas between.
    allowed_domains: str = ""
    # How long a mail waits for its recipient's word before it fails, and how long the link to give it works.
    confirm_days: int = Field(default=7, ge=1, le=90)
    # Mails of one day (UTC); 0: any number.
    daily_per_account: int = Field(default=1_000, ge=0)
    daily_per_recipient: int = Field(default=200, ge=0)

    @property
    def confirm_within(self) -> timedelta:
        """How long a recipient has to confirm an address."""
        return timedelta(days=self.confirm_days)

    def policy(self, *, can_ask: bool) -> MailPolicy:
        """These settings as a MailPolicy."""
        domains = (each.strip().lower().removeprefix("@") for each in self.allowed_domains.split(","))
        return MailPolicy(
            is_open=self.recipients == "open",
            allowed_domains=frozenset(filter(None, domains)),
            daily_per_account=self.daily_per_account,
            daily_per_recipient=self.daily_per_recipient,
            confirm_within=self.confirm_within,
            can_ask=can_ask,
        )


class MailSettings(EnvironmentSettings):
    """The mail to the broker."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_MAIL_")

    sender: str = Field(default="entrygo@localhost", validation_alias="ENTRYGO_MAIL_FROM")
    # A mail that would be larger carries the link instead of the documents.
    max_bytes: int = Field(default=10 * MEBIBYTE, ge=64 * 1024)
    rules: RecipientSettings = Field(default_factory=RecipientSettings)

    @field_validator("sender")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        address = parse_address(value)
        if address is None:
            raise ValueError("ENTRYGO_MAIL_FROM must be a plain e-mail address")
        return address


class LinkSettings(EnvironmentSettings):
    """The signed links in mails, through which brokers answer."""

    # Signs the brokers' links; several, with commas between: the first signs, all verify. None: no links.
    link_secret: SecretStr | None = None
    link_days: int = Field(default=90, ge=1, le=3650)
    # Where brokers reach the gateway from outside.
    public_url: str = "http://localhost:3000"

    @field_validator("link_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return check_secrets("ENTRYGO_LINK_SECRET", value)

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("ENTRYGO_PUBLIC_URL must be http:// or https:// with a host")
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """The first signs, all verify."""
        return secrets_in(self.link_secret)

    def signer(self) -> LinkSigner | None:
        """None without a secret: then mails carry no link."""
        lifetime = timedelta(days=self.link_days)
        return (
            LinkSigner(self.secrets, public_url=self.public_url, lifetime=lifetime) if self.secrets else None
        )

    def recipient_signer(self, lifetime: timedelta) -> RecipientSigner | None:
        """None without a secret: then only the operator can allow a recipient."""
        if not self.secrets:
            return None
        return RecipientSigner(self.secrets, public_url=self.public_url, lifetime=lifetime)


class UploadSettings(EnvironmentSettings):
    """Uploads to brokers, over HTTPS and SFTP."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_BROKER_")

    # Secrets of uploads, by account and name (JSON): a file for its owner alone, or the text itself.
    credentials_file: Path | None = None
    credentials: SecretStr | None = None
    # Uploads to addresses that are not public.
    allow_private: bool = False
    ca_file: str | None = None
    connect_seconds: float = Field(default=30.0, gt=0)
    answer_seconds: float = Field(default=300.0, gt=0)

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As for all settings; a list that nobody can read would stop each upload."""
        yield from super().unusable()
        for name, inline, file in (
            ("credentials", self.credentials, None),
            ("credentials_file", None, self.credentials_file if is_named(self.credentials_file) else None),
        ):
            try:
                Credentials(inline=inline, file=file).check()
            except CredentialMissing as error:
                yield name, str(error)


class RetrySettings(EnvironmentSettings):
    """When a submission that surely did not arrive is tried again."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_BROKER_")

    # The waits in turn, then the last one again until give-up.
    retry_seconds: tuple[float, ...] = (60, 300, 900, 3600, 10800, 21600)
    give_up_hours: float = Field(default=48.0, gt=0)

    @field_validator("retry_seconds")
    @classmethod
    def _check_delays(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not value or min(value) <= 0:
            raise ValueError("ENTRYGO_BROKER_RETRY_SECONDS must be a list of positive numbers")
        return value


class DeliverySettings(EnvironmentSettings):
    """How many submissions leave at once, and how long anybody waits for them."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_DELIVERY_")

    # The answer to an execute waits so long for its own submission, then says what the ledger does.
    wait_seconds: float = Field(default=3.0, ge=0, le=10)
    # Of one process; no account has more than half of them.
    at_once: int = Field(default=64, ge=2, le=1000)
    # To one recipients' domain, or to one host of uploads.
    per_destination: int = Field(default=2, ge=1, le=100)
    # A delivery that has waited so long no longer keeps its place.
    silent_seconds: float = Field(default=10.0, gt=0)
    # Connections to PostgreSQL that only leases and deliveries use.
    pool_size: int = Field(default=4, ge=2, le=50)
    retries: RetrySettings = Field(default_factory=RetrySettings)

    def bulkhead(self, server_connections: int) -> BulkheadLimits:
        """These settings as BulkheadLimits; `server_connections` is what one mail server takes at once."""
        return BulkheadLimits(
            destination=self.per_destination,
            server=server_connections,
            process=self.at_once,
            silent_seconds=self.silent_seconds,
        )


class ExecuteSettings(EnvironmentSettings):
    """Who has an execution, and how long its caller waits for it."""

    # A process that stops renewing for this long is taken for dead.
    execution_lease_seconds: float = Field(default=15.0, ge=1)
    # An execute that is not done by then goes on without its caller.
    execute_wait_seconds: float = Field(default=20.0, gt=0, le=50)


class Settings(ServiceSettings):
    """What `python -m entrygo.execution` reads from the environment."""

    port: int = Field(default=15053, ge=0, le=65535, validation_alias="ENTRYGO_EXECUTION_PORT")
    database_url: SecretStr = database_url_field("EXECUTION")
    planning_target: Target = "127.0.0.1:15052"
    sync_target: Target = "127.0.0.1:15051"
    recovery_interval_seconds: float = Field(default=1.0, gt=0)
    executes: ExecuteSettings = Field(default_factory=ExecuteSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    links: LinkSettings = Field(default_factory=LinkSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)

    @property
    def lease(self) -> timedelta:
        """How long an execution stays with its process without being extended."""
        return timedelta(seconds=self.executes.execution_lease_seconds)
