"""What each code means and who mends it how: the words of docs/errors.md, by code.

The generator of that page compares these with the code and refuses a missing or a left-over one.
"""

from typing import NamedTuple

CATALOGUE = "who keeps the products"
ORDERS = "who keeps the orders"
SETUP = "who set up the account"
OPERATOR = "the operator"
CALLER = "the calling program"
COMPLIANCE = "who answers for trade compliance"
BROKER = "you with your broker"
NOBODY = "nobody has to"


class Answer(NamedTuple):
    """Who mends it, and how."""

    who: str
    how: str


class Meaning(NamedTuple):
    """What a message of a plan means, who mends it, and how."""

    means: str
    who: str
    how: str


# By error code and HTTP status: INVALID_ACCOUNT_SCOPE has two.
ERRORS: dict[tuple[str, int], Answer] = {
    ("INVALID_REQUEST", 400): Answer(CALLER, "Send valid JSON in UTF-8, and one `Host` header."),
    ("VALIDATION_ERROR", 400): Answer(
        CALLER, "Correct every path in `details.issues`; all are listed at once, up to 100."
    ),
    ("INVALID_ORDER_REFERENCE", 400): Answer(
        CALLER,
        "Sync the orders first. `details.foundOrderIds` names those that are there; plan with these ids.",
    ),
    ("INVALID_ACCOUNT_SCOPE", 400): Answer(CALLER, "Name a warehouse and a broker of the key's own account."),
    ("INVALID_API_KEY", 401): Answer(
        CALLER,
        "Send `Authorization: Bearer <key>`; a revoked or mistyped key needs a new one from the operator.",
    ),
    ("INVALID_ACCOUNT_SCOPE", 403): Answer(CALLER, "Leave `accountId` as the key's account, or use its key."),
    ("INSUFFICIENT_SCOPE", 403): Answer(
        OPERATOR,
        "Make a key with the scope that `details` names, or one that is not bound to another warehouse.",
    ),
    ("NOT_FOUND", 404): Answer(CALLER, "Check the id: what another account has is answered in the same way."),
    ("METHOD_NOT_ALLOWED", 405): Answer(CALLER, "Use a method of the `Allow` header."),
    ("IDEMPOTENCY_CONFLICT", 409): Answer(
        CALLER, "The key was used for another request: repeat the first one as it was, or take a new key."
    ),
    ("IDEMPOTENCY_IN_PROGRESS", 409): Answer(
        CALLER, "Wait for `Retry-After` and send the same request with the same key."
    ),
    ("INVALID_EXPORT_STATE", 409): Answer(
        CALLER, "Inspect the export: `details.currentState` or `details.readinessState` says why it cannot."
    ),
    ("TRIP_INCOMPLETE", 409): Answer(
        CALLER,
        "`details.missing` names what the manifest needs: of products, sync them and plan again; of the trip,"
        " state it.",
    ),
    ("PLAN_HASH_MISMATCH", 409): Answer(
        CALLER, "Somebody planned again: read the new plan, decide, and execute with its hash."
    ),
    ("TASK_NOT_OPEN", 409): Answer(
        CALLER, "Read the entry's tasks again: it was closed by somebody, or a later summary resolved it."
    ),
    ("KEY_NOT_USABLE", 409): Answer(
        CALLER, "A key that has ended cannot be replaced. Create another one with the rights it had."
    ),
    ("ENTRY_ALREADY_FILED", 409): Answer(
        CALLER, "The broker gave an entry number: amend with `afterEntry`, which lists what to correct in it."
    ),
    ("HISTORY_MISMATCH", 409): Answer(
        NOBODY,
        "Between the services alone (gRPC): the reader starts from the first event and goes on by itself.",
    ),
    ("SNAPSHOT_UNREADABLE", 409): Answer(CALLER, "Plan the export again; then execute."),
    ("PAYLOAD_TOO_LARGE", 413): Answer(CALLER, "Send fewer items in a request."),
    ("UNSUPPORTED_MEDIA_TYPE", 415): Answer(
        CALLER, "Send `Content-Type: application/json` without `Content-Encoding`."
    ),
    ("RATE_LIMITED", 429): Answer(
        CALLER,
        "Wait for `Retry-After`; the same idempotency key. What one client may take: [limits](limits.md).",
    ),
    ("INTERNAL_ERROR", 500): Answer(
        OPERATOR, "Look for the `X-Request-Id` in the logs. A write may be repeated with the same key."
    ),
    ("SERVICE_UNAVAILABLE", 503): Answer(
        CALLER,
        "Wait for `Retry-After`, repeat with the same key. If it lasts: `entrygo status`, `entrygo doctor`.",
    ),
}

ISSUES: dict[str, str] = {
    "invalid_type": "missing, null, or of another type than asked for",
    "too_small": "below the least value, length or number of items",
    "too_big": "above the greatest value, length or number of items",
    "invalid_number": "too many digits or decimal places, or not a whole number",
    "invalid_string": "a form or a character that is not allowed",
    "invalid_enum_value": "none of the accepted words, which the message lists",
    "invalid_date": "not a date (`2026-11-28`) or an instant (`2026-11-28T17:00:00Z`)",
    "conflict": "two fields of which only one may be given",
    "custom": "anything else; the message says it",
    "duplicate": "the same order, product or SKU twice in one request",
    "unknown_product": "no product with this id or SKU, or several with this SKU",
    "unknown_code": "no rule has this code",
    "unrecognized_key": "no such field to clear",
    "id_mismatch": "the external id is known under another id",
    "id_taken": "the id is in use for another external id",
    "out_of_range": "outside the bounds that the message names",
}

_SIGN_OFF = "Have it assessed and keep the finding on the product: `status`, `headings`, `signedOffBy`, `validFrom`, `validTo`."

MESSAGES: dict[str, Meaning] = {
    "PRODUCT_HTS_CODE_MISSING": Meaning(
        "No tariff code: nobody can enter it.", CATALOGUE, "Set `htsCode`, ten digits of the US tariff."
    ),
    "PRODUCT_HTS_CODE_INVALID": Meaning(
        "Not ten digits of the US tariff; a Canadian or a six-digit code does not do.",
        CATALOGUE,
        "Correct `htsCode`. A lost leading zero is suggested.",
    ),
    "HTS_NOT_IN_TARIFF": Meaning(
        "The code is not in the loaded edition of the tariff.",
        BROKER,
        "Look it up again; codes change in January and July.",
    ),
    "HTS_NOT_VERIFIED": Meaning(
        "The code was compared with no tariff: none is loaded.",
        OPERATOR,
        "Import the tariff: `entrygo reference import hts`.",
    ),
    "LISTS_NOT_CHECKED": Meaning(
        "A list that could have caught the code is not loaded.",
        OPERATOR,
        "Import what the message names: `pga-flags`, `cpsc`, `agency-scopes`, `adcvd`.",
    ),
    "PRODUCT_ORIGIN_MISSING": Meaning(
        "No country of origin.",
        CATALOGUE,
        "Set `countryOfOrigin`: where it was made, not where it ships from.",
    ),
    "PRODUCT_ORIGIN_INVALID": Meaning(
        "Not a country code.", CATALOGUE, "Two letters of ISO 3166-1: `CN`, not `China`."
    ),
    "PRODUCT_ORIGIN_RESTRICTED": Meaning(
        "Goods of this origin are embargoed, or have no place in this programme.",
        COMPLIANCE,
        "Do not ship it this way.",
    ),
    "PRODUCT_DESCRIPTION_MISSING": Meaning(
        "No description for customs.",
        CATALOGUE,
        "Say in English what it is and of what: *men's knitted cotton cap*.",
    ),
    "PRODUCT_DESCRIPTION_VAGUE": Meaning(
        "CBP refuses such words: *gift*, *parts*, *apparel*.", CATALOGUE, "Name the article and its material."
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
        "Take over the suggested one, which is made of name and address.",
    ),
    "PRODUCT_MID_INVALID": Meaning(
        "The code is not made as 19 CFR 102 says.", CATALOGUE, "Compare it with the suggestion."
    ),
    "PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING": Meaning(
        "Makers in China are reported with their postal code.", CATALOGUE, "Add `manufacturer.postalCode`."
    ),
    "PRODUCT_GROSS_WEIGHT_MISSING": Meaning(
        "The truck's manifest states the weight of what it carries.",
        CATALOGUE,
        "Set `grossWeightKg` of one unit, packed; an execute with `trip` is refused without it.",
    ),
    "PRODUCT_GROSS_WEIGHT_BELOW_NET": Meaning(
        "A unit weighs less packed than without packing.",
        CATALOGUE,
        "Correct `grossWeightKg` or `netWeightKg`; they may have been swapped, or be of different counts.",
    ),
    "PRODUCT_NET_WEIGHT_MISSING": Meaning(
        "The tariff counts this by weight.", CATALOGUE, "Set `netWeightKg` of one unit, without packing."
    ),
    "PRODUCT_UOM_UNCONVERTIBLE": Meaning(
        "Your unit cannot be turned into the tariff's.",
        CATALOGUE,
        "Use `PCS`, `PRS`, `DOZ`, `KG` …, or give the net weight.",
    ),
    "METALS_REVIEW_RECOMMENDED": Meaning(
        "It may hold steel, aluminum or copper under Section 232, and nobody has looked.",
        COMPLIANCE,
        "Set `section232.status` to `not_applicable` with evidence, or to `applicable` with the metals.",
    ),
    "METALS_DATA_MISSING": Meaning(
        "It is in a Section 232 annex and lacks weights or countries of melt, smelt and cast.",
        CATALOGUE,
        "Ask the maker; fill `section232.metals`.",
    ),
    "METALS_THRESHOLD_UNDOCUMENTED": Meaning(
        "It claims to have too little metal, without proof.",
        CATALOGUE,
        "Set `section232.metalWeightPct` and `evidence`.",
    ),
    "SECTION_301_REVIEW_RECOMMENDED": Meaning(
        "A Section 301 list names the code, or its origin.", COMPLIANCE, _SIGN_OFF
    ),
    "SECTION_338_REVIEW_RECOMMENDED": Meaning(
        "A Section 338 list names this Canadian product.", COMPLIANCE, _SIGN_OFF
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
        "Preference is claimed without a certification in hand.",
        CATALOGUE,
        "Get it from the maker, or drop the criterion.",
    ),
    "USMCA_CERTIFICATION_EXPIRED": Meaning(
        "The blanket period does not cover the entry date.",
        CATALOGUE,
        "Get a new certification; at most twelve months.",
    ),
    "USMCA_ORIGIN_INCONSISTENT": Meaning(
        "Preference is claimed for goods that are not of the US, Canada or Mexico.",
        CATALOGUE,
        "Correct the origin or drop the claim.",
    ),
    "PGA_DATA_MISSING": Meaning(
        "A US agency asks for data on this code.",
        CATALOGUE,
        "Fill `pga`; the `field` of the message names the agency.",
    ),
    "PGA_REVIEW_RECOMMENDED": Meaning(
        "An agency may ask for data, or for the letter of a disclaimer.",
        BROKER,
        "Give the data or the disclaimer.",
    ),
    "CPSC_CERTIFICATE_MISSING": Meaning(
        "Consumer products carry certificate data since 2026-07-08.",
        CATALOGUE,
        "Give the certificate's reference or its seven elements.",
    ),
    "FDA_DATA_INVALID": Meaning(
        "The FDA product code or the food facility's registration has no form that FDA takes.",
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
        "Battery, aerosol, perfume …: it may be dangerous goods.",
        CATALOGUE,
        "Classify it: `not_regulated`, or UN number, class and group.",
    ),
    "PRODUCT_ARCHIVED": Meaning(
        "An order names a product that is no longer sold.",
        CATALOGUE,
        "Make it active again, or correct the order.",
    ),
    "PRODUCT_PROHIBITED": Meaning(
        "These goods may not be imported; the message names the order or statute.",
        COMPLIANCE,
        "Take the orders out.",
    ),
    "RESTRICTED_PARTY_POSSIBLE_MATCH": Meaning(
        "A name is like one on a list of restricted parties.",
        COMPLIANCE,
        "Compare the details before anything is shipped.",
    ),
    "ITEM_QUANTITY_INVALID": Meaning(
        "The quantity is not a whole number above zero.", ORDERS, "Sync the order again with the right one."
    ),
    "ITEM_UNIT_VALUE_INVALID": Meaning(
        "A value of zero: gifts and samples have a value, too.",
        ORDERS,
        "Sync the order again with what it is worth.",
    ),
    "ITEM_VALUE_OUTLIER": Meaning(
        "The value is far from the catalogue's.",
        ORDERS,
        "Check for a typing error, another currency or a bundle.",
    ),
    "ORDER_ITEMS_MISSING": Meaning("The order has no lines.", ORDERS, "Sync it again with its lines."),
    "ORDER_DESTINATION_MISMATCH": Meaning(
        "It ships to another country; it was left out.", NOBODY, "Plan orders of other countries elsewhere."
    ),
    "ORDER_ALREADY_EXPORTED": Meaning(
        "It left with another export; it was left out.", NOBODY, "An order leaves once."
    ),
    "ORDER_IN_OPEN_BATCH": Meaning(
        "Another open export has it, too. Whichever executes first takes it.",
        ORDERS,
        "Cancel the export that is not wanted.",
    ),
    "ORDER_DUPLICATE_SUSPECTED": Meaning(
        "Another order has the same lines and destination.",
        ORDERS,
        "If it is one order twice, leave one out.",
    ),
    "ORDER_EXCEEDS_BROKER_LIMIT": Meaning(
        "It has more lines than the broker takes in one entry.",
        BROKER,
        "Raise the limit on the broker, or split the order.",
    ),
    "ORDER_OUTSIDE_CUSTOMS_TERRITORY": Meaning(
        "Guam, American Samoa …, or military mail: no US customs entry.",
        ORDERS,
        "Leave it out; it goes another way.",
    ),
    "ORDER_POSTAL_CODE_MISSING": Meaning("No ZIP code.", ORDERS, "Sync the order again with it."),
    "ORDER_POSTAL_CODE_INVALID": Meaning(
        "Not a ZIP code. A spreadsheet drops leading zeros.",
        ORDERS,
        "Take over the suggestion where one is certain.",
    ),
    "ORDER_REGION_MISSING": Meaning("No state.", ORDERS, "Take over the state that the ZIP code lies in."),
    "ORDER_POSTAL_REGION_MISMATCH": Meaning(
        "The ZIP code lies in another state.", ORDERS, "Correct one of both; the broker asks for it."
    ),
    "WAREHOUSE_PROFILE_INCOMPLETE": Meaning(
        "The invoice needs more of the warehouse.",
        SETUP,
        "Complete the address and the responsible employee.",
    ),
    "BROKER_PROFILE_INCOMPLETE": Meaning(
        "Without this nothing reaches the broker, or no entry can be made.",
        SETUP,
        "Complete the broker's record.",
    ),
    "IMPORTER_OF_RECORD_INCOMPLETE": Meaning(
        "Somebody must be the importer, with a number and a power of attorney.",
        SETUP,
        "Complete `importerOfRecord` of the warehouse.",
    ),
    "BATCH_IMPORTER_MIXED": Meaning(
        "Orders name an importer that is not on file: neither the warehouse's nor one with a record.",
        ORDERS,
        "Sync it by `POST /api/importers/sync`, or correct the number.",
    ),
    "BOND_REQUIRED": Meaning(
        "A formal entry needs a bond, and none is on file.",
        SETUP,
        "Buy one; say so in `importerOfRecord.bond`.",
    ),
    "BOND_NOT_VALID": Meaning(
        "A formal entry needs a bond, and the importer's does not cover the entry date.",
        SETUP,
        "Renew it and sync the importer's `bond`; `onBlocked: exclude` leaves the importer's orders behind.",
    ),
    "BOND_INSUFFICIENT": Meaning(
        "The importer's bond is smaller than its twelve months, or its entry, ask for: CBP may want more security.",
        SETUP,
        'Have the surety raise it and sync `bond.amountUsd`; `include: ["bonds"]` shows the reckoning.',
    ),
    "POWER_OF_ATTORNEY_NOT_VALID": Meaning(
        "The importer's power of attorney for the broker does not hold on the entry date.",
        SETUP,
        "Have it signed again and sync `powersOfAttorney`; `onBlocked: exclude` leaves its orders behind.",
    ),
    "BATCH_NO_ELIGIBLE_ORDERS": Meaning(
        "Nothing is left that could go.", ORDERS, "Look at the reasons of the orders left out; sync others."
    ),
    "DESTINATION_COUNTRY_UNSUPPORTED": Meaning(
        "Only entries into the United States are planned.", CALLER, 'Plan with `destinationCountry: "US"`.'
    ),
    "FORMAL_ENTRY_REQUIRED": Meaning(
        "The value is over the informal limit: entry type 01.", NOBODY, "For information; a bond is needed."
    ),
    "INFORMAL_ENTRIES_SPLIT": Meaning(
        "An importer's goods over the informal limit are entered in several informal entries, as was asked.",
        CALLER,
        "Ask the broker whether the port director allows it; without `entryType` it is one formal entry.",
    ),
    "DE_MINIMIS_UNAVAILABLE": Meaning(
        "Entries of type 86 have ended.", CALLER, "Ask for `01` or `11`, or leave `entryType` out."
    ),
    "BATCH_HIGH_VALUE": Meaning(
        "A lot of money on one truck.", BROKER, "Check the bond and the carrier's insurance."
    ),
    "CONSOLIDATION_NOT_BENEFICIAL": Meaning(
        "Entering the orders one by one would not cost more.", NOBODY, "For information."
    ),
    "SAVINGS_NOT_ESTIMATED": Meaning(
        "The broker has no fees on file for the entry date.", SETUP, "Add `feeSchedules` to the broker."
    ),
    "REFERENCE_DATA_STALE": Meaning(
        "Nobody has checked a list or rate for 45 days.",
        OPERATOR,
        "`entrygo reference check`, then import what is new.",
    ),
    "ADCVD_CASE_MISSING": Meaning(
        "An order is said to cover it, and no case is named.",
        CATALOGUE,
        "Set `adcvdCase.headings` to the case number.",
    ),
    "ADCVD_INFORMAL_REFUSED": Meaning(
        "Goods under an antidumping or countervailing order are entered formally (type 03).",
        CALLER,
        "Do not ask for entry type `11`.",
    ),
    "CHAPTER_98_DATA_MISSING": Meaning(
        "Chapter 98 is claimed (US goods returned, repaired, assembled abroad) without what proves it.",
        CATALOGUE,
        "Give what the message names, or drop the claim.",
    ),
    "MAKER_ORIGIN_MISMATCH": Meaning(
        "The maker is in China, and the origin says otherwise.",
        COMPLIANCE,
        "Check where it was made; correct one of both.",
    ),
    "METALS_DATA_INVALID": Meaning(
        "A country or a share of the metals cannot be right.",
        CATALOGUE,
        "An ISO code, or `OTH` where it is not known.",
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
        "No state, district or territory of the United States.",
        ORDERS,
        "Two letters: `CA`, not `California`.",
    ),
    "PRODUCT_UNIT_OF_MEASURE_MISSING": Meaning(
        "The tariff counts it in a unit, and nobody says what a quantity counts.",
        CATALOGUE,
        "Set `unitOfMeasure`.",
    ),
    "TEXTILE_MID_MISSING": Meaning(
        "Textiles need the code of their actual maker.",
        CATALOGUE,
        "Take over the suggested code, or give the maker's address.",
    ),
    "USMCA_PERIOD_MISSING": Meaning(
        "The certification states no period.", CATALOGUE, "Set both days of the blanket period."
    ),
    "USMCA_PERIOD_TOO_LONG": Meaning(
        "A blanket period is twelve months at most, and its first day comes first.",
        CATALOGUE,
        "Correct the days.",
    ),
}
