"""Which column of a file means what: the default names, and `--map theirs=ours` on top of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.cli.imports.reading import LINE_COLUMN, REASON_COLUMN, SourceRow

METALS = ("steel", "aluminum", "copper")
HTS_PREFIX = "hts_code_"
# Stands for the code of any other destination, by its country: hts_code_ca.
HTS_OF_COUNTRY = f"{HTS_PREFIX}<country>"
_HTS_COLUMN = re.compile(rf"{HTS_PREFIX}[A-Za-z]{{2}}")
PRODUCT_COLUMNS = (
    "external_id",
    "id",
    "sku",
    "name",
    "status",
    "customs_description",
    "hts_code",
    "country_of_origin",
    "material_composition",
    "manufacturer_name",
    "manufacturer_address",
    "manufacturer_city",
    "manufacturer_region",
    "manufacturer_postal_code",
    "manufacturer_country",
    "manufacturer_mid",
    "net_weight_kg",
    "gross_weight_kg",
    "unit_of_measure",
    "unit_value_usd",
    "usmca_criterion",
    "usmca_certification",
    "usmca_blanket_from",
    "usmca_blanket_to",
    "section_232_status",
    "section_232_us_metal_pct",
    "section_232_evidence",
    "section_232_assessed_on",
    "section_232_metal_weight_pct",
    *(
        f"section_232_{metal}_{datum}"
        for metal in METALS
        for datum in ("weight_kg", "weight_pct", "value_usd", "melt_pour", "smelt_1", "smelt_2", "cast")
    ),
    *(
        f"{review}_{datum}"
        for review in ("section_301", "section_338", "adcvd_case", "supply_chain")
        for datum in ("status", "headings", "signed_off_by", "valid_from", "valid_to")
    ),
    "fda_product_code",
    "fda_registration",
    "fda_prior_notice",
    "fda_disclaimer",
    "cpsc_certificate",
    "cpsc_product_id",
    "cpsc_citations",
    "cpsc_manufactured_on",
    "cpsc_manufactured_at",
    "cpsc_tested_on",
    "cpsc_laboratory",
    "cpsc_records_contact",
    "cpsc_disclaimer",
    "fcc_authorization",
    "fcc_disclaimer",
    *(
        f"{agency}_{datum}"
        for agency in ("usda", "fws", "epa", "dot", "ttb")
        for datum in ("reference", "disclaimer")
    ),
    "dangerous_goods_status",
    "dangerous_goods_un_number",
    "dangerous_goods_hazard_class",
    "dangerous_goods_packing_group",
    "dangerous_goods_proper_shipping_name",
    HTS_OF_COUNTRY,
)

METADATA_PREFIX = "metadata."
# Kept with the order though no rule reads them. Other columns need a --map: they may name the buyer.
METADATA_COLUMNS = ("pick_wave", "facility_code")
ORDER_COLUMNS = (
    "order_id",
    "ship_to_country",
    "ship_to_state",
    "ship_to_zip",
    "sku",
    "product_id",
    "quantity",
    "unit_price_usd",
    "importer_number",
    *METADATA_COLUMNS,
)


class WrongColumns(Exception):
    """The file's columns, or the mapping of them, cannot be used; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Our name of each column that is read, by the file's name; and the columns that are not read."""

    ours: Mapping[str, str]
    ignored: tuple[str, ...]

    def named(self, row: SourceRow) -> dict[str, str]:
        """The cells of a row that are read and not blank, by our names."""
        return {self.ours[name]: cell for name, cell in row.cells.items() if cell and name in self.ours}


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """`["Order No=order_id"]` → `{"Order No": "order_id"}`."""
    mapping = {}
    for pair in pairs:
        theirs, separator, ours = pair.rpartition("=")
        if not separator or not theirs.strip() or not ours.strip():
            raise WrongColumns(f"--map {pair}: write it as theirs=ours.")
        mapping[theirs.strip()] = ours.strip()
    return mapping


def choose_columns(
    found: Sequence[str],
    mapping: Mapping[str, str],
    *,
    known: Sequence[str],
    required: Sequence[tuple[str, ...]],
    metadata: bool = False,
) -> Columns:
    """Applies defaults and mapping; WrongColumns when a required one is missing or one is named twice.

    `required` lists alternatives: one of each tuple must be there. A mapped column wins over a default.
    """
    _check_mapping(found, mapping, known, metadata)
    taken = {*mapping, *mapping.values()}
    ours = dict(mapping)
    ours |= {name: name for name in found if _is_known(name, known) and name not in taken}
    for alternatives in required:
        if not set(alternatives) & set(ours.values()):
            wanted = " or ".join(alternatives)
            raise WrongColumns(f"No column {wanted}. Map yours: --map 'its name={alternatives[0]}'.")
    own = {REASON_COLUMN, LINE_COLUMN, ""}
    return Columns(ours, tuple(name for name in found if name not in ours and name not in own))


def _is_known(name: str, known: Sequence[str]) -> bool:
    return name in known or (HTS_OF_COUNTRY in known and _HTS_COLUMN.fullmatch(name) is not None)


def _check_mapping(
    found: Sequence[str], mapping: Mapping[str, str], known: Sequence[str], metadata: bool
) -> None:
    absent = [name for name in mapping if name not in found]
    if absent:
        raise WrongColumns(f"The file has no column {', '.join(absent)}. It has: {', '.join(found)}.")
    unknown = [
        name
        for name in mapping.values()
        if not _is_known(name, known) and not (metadata and name.startswith(METADATA_PREFIX))
    ]
    if unknown:
        raise WrongColumns(f"Cannot map to {', '.join(unknown)}. Known: {', '.join(known)}.")
    targets = list(mapping.values())
    doubled = sorted({name for name in targets if targets.count(name) > 1})
    if doubled:
        raise WrongColumns(f"Two columns are mapped to {', '.join(doubled)}.")
