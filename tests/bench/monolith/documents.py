"""The contract's three documents of an export, from the snapshot that was planned."""

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinja2 import Environment

TEMPLATE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Commercial customs invoice</title></head><body>
<h1>Commercial customs invoice {{ package_id }}</h1>
<p>Warehouse {{ warehouse_id }}, broker {{ broker_id }}, export {{ export_id }}</p>
<table><tr><th>Order</th><th>SKU</th><th>Description</th><th>HTS</th><th>Origin</th><th>Quantity</th>
<th>Unit USD</th><th>Total USD</th></tr>
{% for line in lines %}<tr><td>{{ line.order }}</td><td>{{ line.sku }}</td><td>{{ line.description }}</td>
<td>{{ line.hts_code }}</td><td>{{ line.origin }}</td>
<td>{{ line.quantity }}</td><td>{{ line.unit_value }}</td><td>{{ line.total }}</td></tr>
{% endfor %}</table><p>Total USD {{ total }}</p></body></html>
""")
COLUMNS = ("order", "sku", "description", "hts_code", "origin", "quantity", "unit_value", "total")


@dataclass(frozen=True, slots=True)
class Line:
    order: str
    sku: str
    description: str
    hts_code: str
    origin: str
    quantity: Decimal
    unit_value: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    artifact_type: str
    filename: str
    media_type: str
    content: bytes


def make_documents(export_id: str, package_id: str, snapshot: dict[str, Any]) -> list[Document]:
    lines = _lines(snapshot)
    total = sum((line.total for line in lines), Decimal())
    html = TEMPLATE.render(
        package_id=package_id,
        export_id=export_id,
        warehouse_id=snapshot["warehouseId"],
        broker_id=snapshot["brokerId"],
        lines=lines,
        total=total,
    )
    invoice = Document(
        "cci_human_readable", "commercial_customs_invoice.html", "text/html", html.encode("utf-8")
    )
    table = Document("cci_csv", "commercial_customs_invoice.csv", "text/csv", _csv(lines))
    return [invoice, table, _manifest(export_id, package_id, snapshot, total, [invoice, table])]


def _lines(snapshot: dict[str, Any]) -> list[Line]:
    products = snapshot["products"]
    lines = []
    for order in snapshot["orders"]:
        for item in order["items"]:
            product = products[item["product_id"]]
            quantity, value = Decimal(item["quantity"]), Decimal(item["unit_value_usd"])
            lines.append(
                Line(
                    order["external_id"],
                    product["sku"],
                    product["customs_description"],
                    product["hts_code"],
                    product["country_of_origin"],
                    quantity,
                    value,
                    quantity * value,
                )
            )
    return lines


def _csv(lines: list[Line]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(line, column) for column in COLUMNS] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _manifest(
    export_id: str, package_id: str, snapshot: dict[str, Any], total: Decimal, documents: list[Document]
) -> Document:
    content = {
        "exportId": export_id,
        "customsPackageId": package_id,
        "planHash": snapshot["planHash"],
        "orderIds": [order["id"] for order in snapshot["orders"]],
        "totalValueUsd": str(total),
        "artifacts": [
            {"filename": each.filename, "sha256": hashlib.sha256(each.content).hexdigest()}
            for each in documents
        ],
    }
    return Document("manifest", "manifest.json", "application/json", json.dumps(content, indent=2).encode())
