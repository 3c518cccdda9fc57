"""A customs broker: fees, channel, endpoints, and which documents it takes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, get_args

from entrygo.domain.facts.base import Fact, Number
from entrygo.domain.template_layout import DEFAULT_DATE, LayoutFormat, LayoutRows, WeightUnit


class FeeSchedule(Fact):
    """What a broker charges for one entry between two dates, both inclusive; amounts in `currency`."""

    valid_from: date
    valid_to: date | None = None
    currency: str = "USD"
    fee_formal: Number
    fee_informal: Number
    included_lines: int
    line_fee: Number
    order_fee: Number
    pga_fee: Number = Decimal(0)
    disbursement_pct: Number = Decimal(0)
    disbursement_min: Number = Decimal(0)
    payment_mode: Literal["importer_ach", "broker"] = "importer_ach"
    bond_mode: Literal["continuous", "single"] = "continuous"
    single_bond_rate: Number = Decimal(0)
    single_bond_min: Number = Decimal(0)
    source: str = ""


BrokerChannel = Literal["email", "https", "sftp"]
CHANNEL_NAMES: tuple[BrokerChannel, ...] = get_args(BrokerChannel)


# What a package can have; each has its module in execution.documents.
ARTIFACT_TYPES = (
    "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "packing_list_csv",
    "section_232_declaration", "section_232_declaration_csv", "usmca_certification",
    "usmca_certification_json", "fee_estimate", "landed_costs", "entry_dataset", "entry_lines",
    "broker_template_csv", "broker_template_xlsx", "ace_manifest", "cargowise_xml", "ace_trip",
    "amendment_changes", "post_summary_correction", "manifest", "package_zip",
)  # fmt: skip
EVERY_ARTIFACT = "all"
# Drafts for one system: a broker that does not name them does not get them, `all` or not.
ON_REQUEST = frozenset({"cargowise_xml", "ace_trip"})

# A mail has the documents one by one, or the archive beside those that are there to be read.
Attached = Literal["each", "zip"]
WAYS_TO_ATTACH: tuple[Attached, ...] = get_args(Attached)
# All entries of a package in one submission, or each in one of its own.
SubmitPer = Literal["package", "entry"]
WAYS_TO_SUBMIT: tuple[SubmitPer, ...] = get_args(SubmitPer)
# What is one shipment in the truck's manifest: an entry, or the house bill of each order.
ManifestPer = Literal["entry", "house_bill"]
WAYS_TO_MANIFEST: tuple[ManifestPer, ...] = get_args(ManifestPer)


class Endpoint(Fact):
    """Where packages are uploaded to. `credential` names a secret that only execution knows."""

    # What an upload cannot do without: the field, and what people call it.
    NEEDED: ClassVar[Mapping[str, str]]


class HttpsEndpoint(Endpoint):
    """An address that takes one POST for each package."""

    NEEDED: ClassVar[Mapping[str, str]] = {"url": "upload URL"}

    url: str | None = None
    credential: str | None = None


class SftpEndpoint(Endpoint):
    """A folder on a broker's server; `host_key` is the one public key that is trusted."""

    NEEDED: ClassVar[Mapping[str, str]] = {
        "host": "SFTP host",
        "username": "SFTP user name",
        "host_key": "SFTP host key",
    }

    host: str | None = None
    port: int = 22
    username: str | None = None
    folder: str | None = None
    host_key: str | None = None
    credential: str | None = None


class BrokerTemplateColumn(Fact):
    """One column: a field of ours, a constant, a text of several fields, or nothing."""

    header: str = ""
    field: str | None = None
    constant: str | None = None
    text: str | None = None
    format: str | None = None
    unit: WeightUnit = "kg"


class BrokerTemplate(Fact):
    """A broker's own layout of the lines; encoding, delimiter and decimal mark by their names."""

    format: LayoutFormat = "csv"
    rows: LayoutRows = "entry_line"
    sheet: str = "Lines"
    encoding: str = "utf-8"
    delimiter: str = "comma"
    decimal_mark: str = "point"
    date_format: str = DEFAULT_DATE
    # From 1 on; 0 is a layout without headers.
    header_row: int = 1
    columns: tuple[BrokerTemplateColumn, ...] = ()


class Broker(Fact):
    """A customs broker. The endpoint of a channel that uploads is the attribute with the channel's name."""

    id: str
    external_id: str
    name: str | None = None
    email: str | None = None
    port_code: str | None = None
    filer_code: str | None = None
    fee_schedules: tuple[FeeSchedule, ...] = ()
    channel: BrokerChannel = "email"
    https: HttpsEndpoint = HttpsEndpoint()
    sftp: SftpEndpoint = SftpEndpoint()
    # What the broker takes in one entry; None is any number.
    max_lines_per_entry: int | None = None
    max_orders_per_entry: int | None = None
    # Which documents it takes, by artifact type; empty, or with `all` among them, is every one but those that
    # have to be asked for by name.
    documents: tuple[str, ...] = ()
    attach: Attached = "each"
    submit_per: SubmitPer = "package"
    manifest_per: ManifestPer = "entry"
    # None where the broker has no layout of its own.
    template: BrokerTemplate | None = None

    def takes(self, artifact_type: str) -> bool:
        """Whether this broker is to get such a document."""
        if artifact_type in ON_REQUEST:
            return artifact_type in self.documents
        return not self.documents or not {EVERY_ARTIFACT, artifact_type}.isdisjoint(self.documents)

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the chosen channel uploads to; None for mail."""
        found = getattr(self, self.channel)
        return found if isinstance(found, Endpoint) else None
