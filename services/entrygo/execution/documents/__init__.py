"""The documents of a customs package, in order: the manifest last, as it names the others' hashes."""

from entrygo.execution.documents.base import Document
from entrygo.execution.documents.commercial_customs_invoice import CommercialCustomsInvoice
from entrygo.execution.documents.commercial_customs_invoice_csv import CommercialCustomsInvoiceCsv
from entrygo.execution.documents.manifest import Manifest

DOCUMENTS: tuple[Document, ...] = (
    CommercialCustomsInvoice(),
    CommercialCustomsInvoiceCsv(),
    Manifest(),
)
