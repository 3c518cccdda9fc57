"""The meaning of each code, and who fixes it how: the texts of docs/errors.md.

The generator of that page compares these with the code and refuses a missing or a left-over one.
"""

from typing import NamedTuple

CATALOGUE = "who maintains the products"
ORDERS = "who maintains the orders"
SETUP = "who set up the account"
OPERATOR = "the operator"
CALLER = "the calling program"
COMPLIANCE = "who is responsible for trade compliance"
BROKER = "you with your broker"
NOBODY = "no action needed"


class Answer(NamedTuple):
    """Who fixes it, and how."""

    who: str
    how: str


class Meaning(NamedTuple):
    """What a message of a plan means, who fixes it, and how."""

    means: str
    who: str
    how: str


# By error code and HTTP status: INVALID_ACCOUNT_SCOPE has two.
ERRORS: dict[tuple[str, int], Answer] = {
    ("INVALID_REQUEST", 400): Answer(CALLER, "Send valid JSON in UTF-8, and one `Host` header."),
    ("VALIDATION_ERROR", 400): Answer(
        CALLER,
        "Correct every path in `details.issues`: up to 100 are listed at once. Of a body in the right form the"
        " values are looked at, and of those what is on record, such as products: each look has a list.",
    ),
    ("INVALID_ORDER_REFERENCE", 400): Answer(
        CALLER,
        "Sync the orders first. `details.foundOrderIds` lists the known ones; plan with these ids.",
    ),
    ("INVALID_ACCOUNT_SCOPE", 400): Answer(CALLER, "Name a warehouse and a broker of the key's own account."),
    ("INVALID_API_KEY", 401): Answer(
        CALLER,
        "Send `Authorization: Bearer <key>`; for a revoked or lost key, [make another one](keys.md).",
    ),
    ("INVALID_ACCOUNT_SCOPE", 403): Answer(
        CALLER, "Set `accountId` to the account of the key, or use the key of that account."
    ),
    ("INSUFFICIENT_SCOPE", 403): Answer(
        OPERATOR,
        "Create a key with the scope that `details` names, or one that is not bound to another warehouse.",
    ),
    ("NOT_FOUND", 404): Answer(
        CALLER, "Check the id. Records of other accounts are answered in the same way."
    ),
    ("METHOD_NOT_ALLOWED", 405): Answer(CALLER, "Use a method of the `Allow` header."),
    ("IDEMPOTENCY_CONFLICT", 409): Answer(
        CALLER, "The key was used for a different request. Repeat that request unchanged, or use a new key."
    ),
    ("IDEMPOTENCY_IN_PROGRESS", 409): Answer(
        CALLER, "Wait for `Retry-After` and send the same request with the same key."
    ),
    ("INVALID_EXPORT_STATE", 409): Answer(
        CALLER, "Inspect the export: `details.currentState` or `details.readinessState` gives the reason."
    ),
    ("TRIP_INCOMPLETE", 409): Answer(
        CALLER,
        "`details.missing` lists the missing data. For products, sync them and plan again; for the trip,"
        " state it.",
    ),
    ("PLAN_HASH_MISMATCH", 409): Answer(
        CALLER, "Somebody planned again: read the new plan, decide, and execute with its hash."
    ),
    ("TASK_NOT_OPEN", 409): Answer(
        CALLER, "Read the entry's tasks again: somebody closed this task, or a later summary resolved it."
    ),
    ("REVISION_LIMIT_REACHED", 409): Answer(
        CALLER,
        "What was given last stays: waiting does not help. Sent again, a package has answers of its own."
        " See [limits](limits.md#what-is-kept).",
    ),
    ("KEY_NOT_USABLE", 409): Answer(
        CALLER, "An expired or revoked key cannot be replaced. Create another one with the same rights."
    ),
    ("ENTRY_ALREADY_FILED", 409): Answer(
        CALLER, "The broker gave an entry number. Amend with `afterEntry`, which lists the corrections."
    ),
    ("HISTORY_MISMATCH", 409): Answer(
        NOBODY,
        "Only between services (gRPC): the reader restarts from the first event by itself.",
    ),
    ("SNAPSHOT_UNREADABLE", 409): Answer(CALLER, "Plan the export again; then execute."),
    ("PAYLOAD_TOO_LARGE", 413): Answer(CALLER, "Send fewer items in a request."),
    ("UNSUPPORTED_MEDIA_TYPE", 415): Answer(
        CALLER, "Send `Content-Type: application/json` without `Content-Encoding`."
    ),
    ("RATE_LIMITED", 429): Answer(
        CALLER,
        "Wait for `Retry-After`, then repeat with the same idempotency key. See [limits](limits.md).",
    ),
    ("INTERNAL_ERROR", 500): Answer(
        OPERATOR, "Search the logs for the `X-Request-Id`. You can repeat a write with the same key."
    ),
    ("SERVICE_UNAVAILABLE", 503): Answer(
        CALLER,
        "Wait for `Retry-After`, then repeat with the same key. If it persists, run `entrygo doctor`.",
    ),
}

ISSUES: dict[str, str] = {
    "invalid_type": "missing, null, or of the wrong type",
    "required": "missing, and needed for this export: each of its entries went by itself",
    "too_small": "below the minimum value, length or number of items",
    "too_big": "above the maximum value, length or number of items",
    "invalid_number": "too many digits or decimal places, or not a whole number",
    "invalid_string": "a format or a character that is not allowed",
    "invalid_enum_value": "not one of the accepted values, which the message lists",
    "invalid_date": "not a date (`2026-11-28`) or an instant (`2026-11-28T17:00:00Z`)",
    "conflict": "two fields that exclude each other",
    "custom": "another problem, which the message describes",
    "duplicate": "the same order, product or SKU twice in one request",
    "not_unique": "two columns of a layout have the same header",
    "unknown_product": "no product has this id or SKU, or several have this SKU",
    "unknown_code": "no rule has this code",
    "unknown_importer": "no importer has this external id",
    "unknown": "the export has no entry, product or order that goes by what is named",
    "unsupported_currency": "another currency than USD",
    "not_multiple_of": "more decimal places than the field has",
    "not_raisable": "the rule has no severity that could be raised",
    "unrecognized_key": "there is no such field or parameter; the message names the nearest one",
    "id_mismatch": "the external id is known under another id",
    "id_taken": "the id is in use for another external id",
    "out_of_range": "outside the bounds that the message names",
}

_SIGN_OFF = "Have it assessed and record the result on the product: `status`, `headings`, `signedOffBy`, `validFrom`, `validTo`."

MESSAGES: dict[str, Meaning] = {
    "PRODUCT_HTS_CODE_MISSING": Meaning(
        "The product has no tariff code.", CATALOGUE, "Set `htsCode`, ten digits of the US tariff."
    ),
    "PRODUCT_HTS_CODE_INVALID": Meaning(
        "Not ten digits of the US tariff; a Canadian or a six-digit code is not enough.",
        CATALOGUE,
        "Correct `htsCode`. A lost leading zero is suggested.",
    ),
    "HTS_NOT_IN_TARIFF": Meaning(
        "The code is not in the loaded edition of the tariff.",
        BROKER,
        "Look up the code again; codes change in January and July.",
    ),
    "HTS_NOT_VERIFIED": Meaning(
        "The code was not compared with a tariff, because none is loaded.",
        OPERATOR,
        "Import the tariff: `entrygo reference import hts`.",
    ),
    "LISTS_NOT_CHECKED": Meaning(
        "A list that could have caught the code is not loaded.",
        OPERATOR,
        "Import the lists that the message names: `pga-flags`, `cpsc`, `agency-scopes`, `adcvd`.",
    ),
    "PRODUCT_ORIGIN_MISSING": Meaning(
        "No country of origin.",
        CATALOGUE,
        "Set `countryOfOrigin` to the country where it was made, not where it ships from.",
    ),
    "PRODUCT_ORIGIN_INVALID": Meaning(
        "Not a country code.", CATALOGUE, "Two letters of ISO 3166-1: `CN`, not `China`."
    ),
    "PRODUCT_ORIGIN_RESTRICTED": Meaning(
        "Goods of this origin are embargoed or not eligible.",
        COMPLIANCE,
        "Do not ship it this way.",
    ),
    "PRODUCT_DESCRIPTION_MISSING": Meaning(
        "No description for customs.",
        CATALOGUE,
        "Describe the article and its material in English: *men's knitted cotton cap*.",
    ),
    "PRODUCT_DESCRIPTION_VAGUE": Meaning(
        "CBP refuses vague words such as *gift*, *parts* or *apparel*.",
        CATALOGUE,
        "Name the article and its material.",
    ),
    "PRODUCT_DESCRIPTION_NOT_ENGLISH": Meaning(
        "An invoice for US customs is in English.", CATALOGUE, "Translate `customsDescription`."
    ),
    "PRODUCT_COMPOSITION_MISSING": Meaning(
        "Textiles and footwear need their materials by share.",
        CATALOGUE,
        "Set `materialComposition`: *80% cotton, 20% polyester*.",
    ),
    "PRODUCT_COMPOSITION_TOTAL_INVALID": Meaning(
        "The shares do not add up to 100 %, for each part of the article.", CATALOGUE, "Correct the shares."
    ),
    "PRODUCT_MANUFACTURER_MISSING": Meaning(
        "Textiles need their actual maker.",
        CATALOGUE,
        "Name, street, city and country of who made it, not of who sold it.",
    ),
    "PRODUCT_MID_MISSING": Meaning(
        "No manufacturer identification code.",
        CATALOGUE,
        "Accept the suggested code, which is derived from name and address.",
    ),
    "PRODUCT_MID_INVALID": Meaning(
        "The code does not follow 19 CFR 102.", CATALOGUE, "Compare it with the suggestion."
    ),
    "PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING": Meaning(
        "Makers in China are reported with their postal code.", CATALOGUE, "Add `manufacturer.postalCode`."
    ),
    "PRODUCT_GROSS_WEIGHT_MISSING": Meaning(
        "The truck's manifest states the weight of the goods.",
        CATALOGUE,
        "Set `grossWeightKg` of one unit, packed; an execute with `trip` is refused without it.",
    ),
    "PRODUCT_GROSS_WEIGHT_BELOW_NET": Meaning(
        "A unit weighs less packed than without packing.",
        CATALOGUE,
        "Correct `grossWeightKg` or `netWeightKg`; they may be swapped, or refer to different quantities.",
    ),
    "PRODUCT_NET_WEIGHT_IMPLAUSIBLE": Meaning(
        "A unit is heavier than what parcels hold, or worth less than carrying it costs.",
        CATALOGUE,
        "Correct `netWeightKg`: it is in kilograms and of one unit. If it is right, the review may accept it.",
    ),
    "PRODUCT_GROSS_WEIGHT_IMPLAUSIBLE": Meaning(
        "A packed unit is heavier than what parcels hold, or worth less than carrying it costs.",
        CATALOGUE,
        "Correct `grossWeightKg`: it is in kilograms and of one unit. If it is right, the review may accept it.",
    ),
    "PRODUCT_NET_WEIGHT_MISSING": Meaning(
        "The tariff measures these goods by weight.",
        CATALOGUE,
        "Set `netWeightKg` of one unit, without packing.",
    ),
    "PRODUCT_UOM_UNCONVERTIBLE": Meaning(
        "Your unit cannot be converted to the unit of the tariff.",
        CATALOGUE,
        "Use `PCS`, `PRS`, `DOZ`, `KG` …, or give the net weight.",
    ),
    "METALS_REVIEW_RECOMMENDED": Meaning(
        "It may come under Section 232 (steel, aluminum, copper, or a programme without a list here) and has not been assessed.",
        COMPLIANCE,
        "Set `section232.status` to `not_applicable` with evidence, or to `applicable` with the metals.",
    ),
    "METALS_ANNEX_UNKNOWN": Meaning(
        "It is declared to be under Section 232, and no annex on file names its code: no heading is filed.",
        COMPLIANCE,
        "Check `htsCode`, import the annexes (`entrygo reference import section-232`), or set"
        " `section232.status` to `not_applicable` with evidence.",
    ),
    "METALS_DATA_MISSING": Meaning(
        "It is in a Section 232 annex and lacks weights or countries of melt, smelt and cast.",
        CATALOGUE,
        "Ask the maker; fill `section232.metals`.",
    ),
    "METALS_THRESHOLD_UNDOCUMENTED": Meaning(
        "It is declared to be below the metal threshold, without evidence.",
        CATALOGUE,
        "Set `section232.metalWeightPct` and `evidence`.",
    ),
    "SECTION_301_REVIEW_RECOMMENDED": Meaning(
        "A Section 301 list contains the code or its origin, or the lists of China on file were not written for it.",
        COMPLIANCE,
        _SIGN_OFF,
    ),
    "SECTION_338_REVIEW_RECOMMENDED": Meaning(
        "A Section 338 list contains this Canadian product.", COMPLIANCE, _SIGN_OFF
    ),
    "HEADING_NOT_IN_FORCE": Meaning(
        "A chapter 99 heading that somebody signed off, such as an exclusion, does not hold on the entry date.",
        COMPLIANCE,
        "Correct the headings, or sign off for the days on which they hold.",
    ),
    "HEADING_UNKNOWN": Meaning(
        "No row on file names a chapter 99 heading that somebody signed off: whether it holds, nobody looked.",
        COMPLIANCE,
        "Check the number; one that is right is accepted by an approval, or for good by the account's policy.",
    ),
    "ADCVD_REVIEW_RECOMMENDED": Meaning(
        "An antidumping or countervailing duty order may cover it.", COMPLIANCE, _SIGN_OFF
    ),
    "UFLPA_REVIEW_RECOMMENDED": Meaning(
        "It may have inputs that are linked to forced labour (cotton, tomato, polysilicon …).",
        COMPLIANCE,
        "Trace the supply chain. " + _SIGN_OFF,
    ),
    "USMCA_CERTIFICATION_MISSING": Meaning(
        "Preference is claimed without a certification.",
        CATALOGUE,
        "Get it from the maker, or remove the criterion.",
    ),
    "USMCA_CERTIFICATION_EXPIRED": Meaning(
        "The blanket period does not cover the entry date.",
        CATALOGUE,
        "Get a new certification for at most twelve months.",
    ),
    "USMCA_ORIGIN_INCONSISTENT": Meaning(
        "Preference is claimed for goods that do not originate in the US, Canada or Mexico.",
        CATALOGUE,
        "Correct the origin or remove the claim.",
    ),
    "PGA_DATA_MISSING": Meaning(
        "A US agency requires data for this code.",
        CATALOGUE,
        "Fill `pga`; the `field` of the message names the agency.",
    ),
    "PGA_REVIEW_RECOMMENDED": Meaning(
        "An agency may require data or a disclaimer code.",
        BROKER,
        "Enter the data or the disclaimer code.",
    ),
    "CPSC_CERTIFICATE_MISSING": Meaning(
        "Consumer products need certificate data since 2026-07-08.",
        CATALOGUE,
        "Enter the reference of the certificate or its seven elements.",
    ),
    "FDA_DATA_INVALID": Meaning(
        "The format of the FDA product code or of the food facility's registration is invalid.",
        CATALOGUE,
        "Correct `pga.fda.productCode` (two digits, a letter, two to four more) or `pga.fda.registration` (11"
        " digits).",
    ),
    "FDA_PRIOR_NOTICE_MISSING": Meaning(
        "Food needs a prior notice of its arrival.",
        CALLER,
        "State `trip.borderPort` and `trip.estimatedArrival` with execute.",
    ),
    "DANGEROUS_GOODS_REVIEW": Meaning(
        "The product (battery, aerosol, perfume …) may be dangerous goods.",
        CATALOGUE,
        "Classify it: `not_regulated`, or UN number, class and group.",
    ),
    "PRODUCT_ARCHIVED": Meaning(
        "An order names a product that is no longer sold.",
        CATALOGUE,
        "Reactivate the product, or correct the order.",
    ),
    "PRODUCT_PROHIBITED": Meaning(
        "These goods may not be imported; the message names the order or statute.",
        COMPLIANCE,
        "Leave out the orders.",
    ),
    "RESTRICTED_PARTY_POSSIBLE_MATCH": Meaning(
        "A name is similar to one on a list of restricted parties.",
        COMPLIANCE,
        "Compare the details before you ship anything.",
    ),
    "ITEM_QUANTITY_INVALID": Meaning(
        "The quantity is not a whole number above zero.",
        ORDERS,
        "Sync the order again with the correct quantity.",
    ),
    "ITEM_UNIT_VALUE_INVALID": Meaning(
        "The value is zero, or the line comes to less than half a cent; gifts and samples have a value, too.",
        ORDERS,
        "Sync the order again with its value.",
    ),
    "ITEM_VALUE_OUTLIER": Meaning(
        "The value differs strongly from that of the product.",
        ORDERS,
        "Check for a typing error, another currency or a bundle.",
    ),
    "ORDER_ITEMS_MISSING": Meaning("The order has no lines.", ORDERS, "Sync it again with its lines."),
    "ORDER_DESTINATION_MISMATCH": Meaning(
        "The order ships to another country and was left out.",
        NOBODY,
        "EntryGo plans only orders to the United States.",
    ),
    "ORDER_ALREADY_EXPORTED": Meaning(
        "The order was executed with another export and was left out.",
        NOBODY,
        "An order can be exported only once.",
    ),
    "ORDER_IN_OPEN_BATCH": Meaning(
        "Another open export contains it, too. The first one to execute gets it.",
        ORDERS,
        "Cancel the export that you do not need.",
    ),
    "ORDER_DUPLICATE_SUSPECTED": Meaning(
        "Another order has the same lines and destination.",
        ORDERS,
        "If it is the same order, leave one out.",
    ),
    "ORDER_EXCEEDS_BROKER_LIMIT": Meaning(
        "It has more lines than the broker accepts in one entry.",
        BROKER,
        "Raise the limit on the broker, or split the order.",
    ),
    "ORDER_OUTSIDE_CUSTOMS_TERRITORY": Meaning(
        "Guam, American Samoa …, or military mail: no US customs entry.",
        ORDERS,
        "Leave it out and ship it another way.",
    ),
    "ORDER_POSTAL_CODE_MISSING": Meaning("No ZIP code.", ORDERS, "Sync the order again with its ZIP code."),
    "ORDER_POSTAL_CODE_INVALID": Meaning(
        "Not a ZIP code. A spreadsheet drops leading zeros.",
        ORDERS,
        "Accept the suggestion, if there is one.",
    ),
    "ORDER_REGION_MISSING": Meaning("No state.", ORDERS, "Accept the state of the ZIP code."),
    "ORDER_POSTAL_REGION_MISMATCH": Meaning(
        "The ZIP code is in another state.",
        ORDERS,
        "Correct the state or the ZIP code; the broker needs both.",
    ),
    "WAREHOUSE_PROFILE_INCOMPLETE": Meaning(
        "Data of the warehouse that the invoice needs is missing.",
        SETUP,
        "Complete the address and the responsible employee.",
    ),
    "BROKER_PROFILE_INCOMPLETE": Meaning(
        "Data that is needed to reach the broker or to make an entry is missing.",
        SETUP,
        "Complete the broker's record.",
    ),
    "IMPORTER_OF_RECORD_INCOMPLETE": Meaning(
        "An importer with a number and a power of attorney is required.",
        SETUP,
        "Complete `importerOfRecord` of the warehouse.",
    ),
    "BATCH_IMPORTER_MIXED": Meaning(
        "Orders name an importer that is neither the warehouse's nor on record.",
        ORDERS,
        "Sync it by `POST /api/importers/sync`, or correct the number.",
    ),
    "BOND_REQUIRED": Meaning(
        "A formal entry needs a bond, and none is on file.",
        SETUP,
        "Get a bond and enter it in `importerOfRecord.bond`.",
    ),
    "BOND_NOT_VALID": Meaning(
        "A formal entry needs a bond, and the importer's does not cover the entry date.",
        SETUP,
        "Renew it and sync the importer's `bond`; `onBlocked: exclude` leaves out the importer's orders.",
    ),
    "BOND_INSUFFICIENT": Meaning(
        "The bond is smaller than the importer's twelve months or its entry require; CBP may ask for more security.",
        SETUP,
        'Have the surety raise it and sync `bond.amountUsd`; `include: ["bonds"]` shows the calculation.',
    ),
    "BOND_NOT_COMPARED": Meaning(
        "A bond is on file, and whether it is enough is not known: the duty of an entry could not be estimated.",
        SETUP,
        'Read `not_computed` of the entry\'s lines (`include: ["entries"]`). Where no rate is loaded, import'
        " `duty-rates`; else ask the broker for the duty and compare by hand.",
    ),
    "US_GOODS_RETURNED": Meaning(
        "Goods of US origin that come back as they left are free of duty and fee, and this product claims nothing.",
        COMPLIANCE,
        "If it applies, give `chapter98` with provision 9801.00.10, the declaration and the day of export.",
    ),
    "POWER_OF_ATTORNEY_NOT_VALID": Meaning(
        "The importer's power of attorney for the broker does not cover the entry date.",
        SETUP,
        "Have it renewed and sync `powersOfAttorney`; `onBlocked: exclude` leaves out its orders.",
    ),
    "BATCH_NO_ELIGIBLE_ORDERS": Meaning(
        "No order is left to export.",
        ORDERS,
        "Read the reasons of the orders that were left out; sync other orders.",
    ),
    "DESTINATION_COUNTRY_UNSUPPORTED": Meaning(
        "Only entries into the United States are planned.", CALLER, 'Plan with `destinationCountry: "US"`.'
    ),
    "FORMAL_ENTRY_REQUIRED": Meaning(
        "The value is over the informal limit: entry type 01.", NOBODY, "For information; a bond is needed."
    ),
    "INFORMAL_ENTRIES_SPLIT": Meaning(
        "An importer's goods over the informal limit are split into informal entries, as requested.",
        CALLER,
        "Ask the broker whether the port director allows it; without `entryType` it is one formal entry.",
    ),
    "DE_MINIMIS_UNAVAILABLE": Meaning(
        "Entries of type 86 have ended.", CALLER, "Use `01` or `11`, or omit `entryType`."
    ),
    "ENTRY_DATE_PAST": Meaning(
        "The entry date was over when the plan was made, and the plan goes by that day's rules and rates.",
        CALLER,
        "Correct `entryDate`, or omit it. Keep it for goods that have arrived: they are entered within 15 days.",
    ),
    "BATCH_HIGH_VALUE": Meaning(
        "The total value on one truck is high.", BROKER, "Check the bond and the carrier's insurance."
    ),
    "CONSOLIDATION_NOT_BENEFICIAL": Meaning(
        "Separate entries for the orders would not cost more.", NOBODY, "For information."
    ),
    "SAVINGS_NOT_ESTIMATED": Meaning(
        "The broker has no fees on file for the entry date.", SETUP, "Add `feeSchedules` to the broker."
    ),
    "REFERENCE_DATA_STALE": Meaning(
        "A list or rate has not been checked for 45 days.",
        OPERATOR,
        "Run `entrygo reference check`, then import new editions.",
    ),
    "ADCVD_CASE_MISSING": Meaning(
        "The product is declared to be under an order, but no case is named.",
        CATALOGUE,
        "Set `adcvdCase.headings` to the case number.",
    ),
    "ADCVD_INFORMAL_REFUSED": Meaning(
        "Goods under an antidumping or countervailing order are entered formally (type 03).",
        CALLER,
        "Do not request entry type `11`.",
    ),
    "CHAPTER_98_DATA_MISSING": Meaning(
        "Chapter 98 is claimed (US goods returned, repaired, assembled abroad) without the required evidence.",
        CATALOGUE,
        "Enter the data that the message names, or remove the claim.",
    ),
    "CHAPTER_98_CLAIM_INVALID": Meaning(
        "A claim under chapter 98 cannot be: its number is not complete, or the goods left the United States after"
        " the entry date, or, if they are not of US origin, more than three years before it (9801.00.10).",
        CATALOGUE,
        "Correct the number or the date, or remove the claim.",
    ),
    "CHAPTER_98_NOT_CHECKED": Meaning(
        "A claim under a provision of chapter 98 other than 9801 and 9802, whose conditions nothing here knows.",
        BROKER,
        "Ask the broker whether the provision fits, and keep its answer with the declaration.",
    ),
    "MAKER_ORIGIN_MISMATCH": Meaning(
        "The maker is in China, but the origin is another country.",
        COMPLIANCE,
        "Check where it was made, and correct the maker or the origin.",
    ),
    "METALS_DATA_INVALID": Meaning(
        "A country or a share of the metals is invalid, or metal of the US is claimed and its sources are elsewhere.",
        CATALOGUE,
        "Use an ISO code, or `OTH` if the country is not known.",
    ),
    "MID_COUNTRY_MISMATCH": Meaning(
        "The manufacturer ID begins with another country than the origin.",
        CATALOGUE,
        "Correct the origin or the code.",
    ),
    "ORDER_POSTAL_CODE_PLACEHOLDER": Meaning(
        "A ZIP code that is assigned to no place, such as 00000.",
        ORDERS,
        "Sync the order again with the real one.",
    ),
    "ORDER_REGION_INVALID": Meaning(
        "The value is not a state, district or territory of the United States.",
        ORDERS,
        "Use two letters: `CA`, not `California`.",
    ),
    "PRODUCT_UNIT_OF_MEASURE_MISSING": Meaning(
        "The tariff measures it in a unit, but the product has no unit.",
        CATALOGUE,
        "Set `unitOfMeasure`.",
    ),
    "TEXTILE_MID_MISSING": Meaning(
        "Textiles need the code of their actual maker.",
        CATALOGUE,
        "Accept the suggested code, or enter the maker's address.",
    ),
    "USMCA_PERIOD_MISSING": Meaning(
        "The certification states no period.", CATALOGUE, "Set the first and last day of the blanket period."
    ),
    "USMCA_PERIOD_TOO_LONG": Meaning(
        "A blanket period is at most twelve months, and its first day is before its last.",
        CATALOGUE,
        "Correct the dates.",
    ),
}
