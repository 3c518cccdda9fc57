"""What the patterns of texts ask for, in words: REST and gRPC refuse a text with the same ones."""

from collections.abc import Mapping
from types import MappingProxyType

from entrygo.domain.shipment import (
    CONFIRMATION_NUMBER,
    CONTROL_NUMBER,
    PAPS_NUMBER,
    PHONE,
    PORT_CODE,
    SCAC,
    TRIP_NUMBER,
)
from entrygo.requests import idempotency_key, texts

NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
WORDS: Mapping[str, str] = MappingProxyType(
    {
        texts.PRINTABLE: "Control characters are not allowed",
        texts.COUNTRY: "Expected a two-letter country code",
        texts.CURRENCY: "Expected a three-letter currency code",
        NOT_BLANK: "Expected a text that is not blank, without control characters",
        idempotency_key.PATTERN: f"Expected {idempotency_key.FORM}",
        SCAC: "Expected the four letters of a SCAC",
        PAPS_NUMBER: "Expected the four letters of a SCAC, and one to twelve letters or digits",
        CONTROL_NUMBER: "Expected the four letters of a SCAC, and four to twelve letters or digits",
        TRIP_NUMBER: "Expected 1 to 25 letters or digits",
        PORT_CODE: "Expected the Schedule D code of a port: four digits",
        PHONE: "Expected a telephone number",
        CONFIRMATION_NUMBER: "Expected the digits that FDA confirmed the notice by",
    }
)
