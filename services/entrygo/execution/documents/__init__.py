"""The documents of a customs package, in order: the manifest names the hashes of those before it; the archive
holds them all."""

from entrygo.execution.documents.ace_manifest import AceManifest
from entrygo.execution.documents.ace_trip import AceTrip
from entrygo.execution.documents.amendment_changes import AmendmentChanges, PostSummaryCorrection
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.broker_template import BrokerTemplateCsv, BrokerTemplateXlsx
from entrygo.execution.documents.cargowise_xml import CargowiseXml
from entrygo.execution.documents.commercial_customs_invoice import CommercialCustomsInvoice
from entrygo.execution.documents.commercial_customs_invoice_csv import CommercialCustomsInvoiceCsv
from entrygo.execution.documents.commercial_customs_invoice_pdf import CommercialCustomsInvoicePdf
from entrygo.execution.documents.commercial_customs_invoice_xlsx import CommercialCustomsInvoiceXlsx
from entrygo.execution.documents.entry_dataset import EntryDataset
from entrygo.execution.documents.entry_lines import EntryLines
from entrygo.execution.documents.fee_estimate import FeeEstimate
from entrygo.execution.documents.landed_costs import LandedCosts
from entrygo.execution.documents.manifest import Manifest
from entrygo.execution.documents.package_zip import PackageZip
from entrygo.execution.documents.packing_list import PackingList
from entrygo.execution.documents.packing_list_csv import PackingListCsv
from entrygo.execution.documents.section_232_declaration import Section232Declaration
from entrygo.execution.documents.section_232_declaration_csv import Section232DeclarationCsv
from entrygo.execution.documents.usmca_certification import UsmcaCertification
from entrygo.execution.documents.usmca_certification_json import UsmcaCertificationJson

DOCUMENTS: tuple[Document, ...] = (
    CommercialCustomsInvoice(),
    CommercialCustomsInvoiceCsv(),
    CommercialCustomsInvoicePdf(),
    CommercialCustomsInvoiceXlsx(),
    PackingList(),
    PackingListCsv(),
    Section232Declaration(),
    Section232DeclarationCsv(),
    UsmcaCertification(),
    UsmcaCertificationJson(),
    FeeEstimate(),
    LandedCosts(),
    EntryDataset(),
    EntryLines(),
    BrokerTemplateCsv(),
    BrokerTemplateXlsx(),
    AceManifest(),
    CargowiseXml(),
    AceTrip(),
    AmendmentChanges(),
    PostSummaryCorrection(),
    Manifest(),
    PackageZip(),
)
