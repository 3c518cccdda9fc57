"""What a package maker needs of the settings, as values that a child process can be given."""

from dataclasses import dataclass
from typing import Self

from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.signed_links import LinkSigner
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.making.package_maker import PackageMaker
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.settings import Settings
from entrygo.process.clock import Ids
from entrygo.process.settings import LogSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerSetup:
    """`links` signs the links in mails; None without a secret."""

    artifacts_url: str
    artifacts_allow_http: bool
    links: LinkSigner | None
    mail_max_bytes: int
    sender: str
    log: LogSettings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """From the settings of the service."""
        return cls(
            artifacts_url=settings.storage.url,
            artifacts_allow_http=settings.storage.artifacts_allow_http,
            links=settings.links.signer(),
            mail_max_bytes=settings.mail.max_bytes,
            sender=settings.mail.sender,
            log=settings.log,
        )

    def maker(self, ids: Ids) -> PackageMaker:
        """A maker in this process, with a view of the store of its own."""
        objects = ObjectStore(self.artifacts_url, allow_http=self.artifacts_allow_http)
        return PackageMaker(
            ids=ids,
            documents=DOCUMENTS,
            freezer=Freezer(objects=objects, links=self.links, mail_max_bytes=self.mail_max_bytes),
            sender=self.sender,
        )
