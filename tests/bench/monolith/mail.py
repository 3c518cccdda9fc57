"""The mail to the broker: the standard library's message, sent by aiosmtplib."""

from email.message import EmailMessage

import aiosmtplib

from tests.bench.monolith.documents import Document
from tests.bench.monolith.settings import SMTP_HOST, SMTP_PORT

BROKER = "broker@example.com"


def subject(package_id: str) -> str:
    return f"EntryGo broker submission {package_id}"


async def send(export_id: str, package_id: str, documents: list[Document]) -> None:
    message = EmailMessage()
    message["From"] = "exports@northshore.example.com"
    message["To"] = BROKER
    message["Subject"] = subject(package_id)
    message["X-EntryGo-Export"] = export_id
    message.set_content("The documents of the export are attached.")
    for each in documents:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.filename)
    await aiosmtplib.send(message, hostname=SMTP_HOST, port=SMTP_PORT, start_tls=False)
