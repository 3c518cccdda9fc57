"""An importer with a record as the importer of record of an entry: with what covers the entry's day. Pure."""

from datetime import date

from entrygo.domain.facts import Broker, Importer, ImporterOfRecord, PowerOfAttorney


def importer_of_record(importer: Importer, broker: Broker, day: date) -> ImporterOfRecord:
    """Its name, number and address, and the bond and power of attorney that hold on `day`, if any."""
    return ImporterOfRecord(
        name=importer.name,
        number=importer.number,
        address=importer.address,
        power_of_attorney=any(power.covers(day) for power in powers_for(importer, broker)),
        bond=importer.bond.type if importer.bond.covers(day) else None,
        section_301=importer.section_301,
    )


def powers_for(importer: Importer, broker: Broker) -> tuple[PowerOfAttorney, ...]:
    """Its powers of attorney for this broker, of whatever period."""
    names = {broker.external_id, broker.id}
    return tuple(power for power in importer.powers_of_attorney if power.broker in names)
