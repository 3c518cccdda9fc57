"""Every rule, by family, in the order in which they are asked. A new one is a name in its family's RULES."""

from entrygo.planning.rules.adcvd import RULES as ADCVD
from entrygo.planning.rules.agencies import RULES as AGENCIES
from entrygo.planning.rules.base import Rule
from entrygo.planning.rules.batch import RULES as BATCH
from entrygo.planning.rules.composition import RULES as COMPOSITION
from entrygo.planning.rules.description import RULES as DESCRIPTION
from entrygo.planning.rules.destination import RULES as DESTINATION
from entrygo.planning.rules.duties import RULES as DUTIES
from entrygo.planning.rules.hts import RULES as HTS
from entrygo.planning.rules.importer import RULES as IMPORTER
from entrygo.planning.rules.lines import RULES as LINES
from entrygo.planning.rules.manufacturer import RULES as MANUFACTURER
from entrygo.planning.rules.measures import RULES as MEASURES
from entrygo.planning.rules.metal_content import RULES as METALS
from entrygo.planning.rules.orders import RULES as ORDERS
from entrygo.planning.rules.origin import RULES as ORIGIN
from entrygo.planning.rules.profiles import RULES as PROFILES
from entrygo.planning.rules.restrictions import RULES as RESTRICTIONS
from entrygo.planning.rules.returned_goods import RULES as RETURNED_GOODS
from entrygo.planning.rules.shipping import RULES as SHIPPING
from entrygo.planning.rules.supply_chain import RULES as SUPPLY_CHAIN
from entrygo.planning.rules.usmca import RULES as USMCA

# Raise it with every change to what a rule decides: it is part of the plan hash.
RULESET_VERSION = "2026.11.34"

RULES: tuple[Rule, ...] = (
    *HTS,
    *RETURNED_GOODS,
    *ORIGIN,
    *DESCRIPTION,
    *COMPOSITION,
    *MANUFACTURER,
    *MEASURES,
    *METALS,
    *DUTIES,
    *ADCVD,
    *SUPPLY_CHAIN,
    *USMCA,
    *AGENCIES,
    *SHIPPING,
    *RESTRICTIONS,
    *LINES,
    *ORDERS,
    *DESTINATION,
    *PROFILES,
    *BATCH,
    *IMPORTER,
)
