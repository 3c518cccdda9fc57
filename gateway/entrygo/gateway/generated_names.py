"""Names for the parts of a schema that generators of clients would otherwise name by a number."""

from typing import Any

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"


def name_parts(schemas: Schema) -> None:
    """Makes a component of each enum and each map that may also be null; takes titles off fields.

    `{anyOf: [{enum: …}, {type: null}]}` of the field `channel` of `Broker` refers to `BrokerChannel` then,
    and the items of a list of words to `BrokerDocuments`. A title repeats the field's name, and a class that
    is called by it may meet the class of its owner.
    """
    for model, schema in list(schemas.items()):
        schema.pop("title", None)
        for field, described in schema.get("properties", {}).items():
            described.pop("title", None)
            choices = described.get("anyOf", [])
            name = f"{model}{field[0].upper()}{field[1:]}"
            for position, choice in enumerate(choices):
                if "enum" in choice or "additionalProperties" in choice:
                    schemas[name] = choice
                    choices[position] = {"$ref": REFERENCE.format(model=name)}
                elif "enum" in choice.get("items", {}):
                    schemas[name] = choice["items"]
                    choice["items"] = {"$ref": REFERENCE.format(model=name)}
