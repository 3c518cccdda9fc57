"""A broker's own layout, shown before documents are made in it."""

from base64 import b64encode
from typing import Annotated, Any

from pydantic import Field, create_model
from starlette.responses import Response
from typing_extensions import TypedDict

from entrygo.domain.errors import NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.setup import PREVIEW_TEMPLATE_ANSWER, PREVIEW_TEMPLATE_REQUEST
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.mapping.messages import filled
from entrygo.gateway.schemas.declared import group_schema
from entrygo.gateway.schemas.fields import Body, Identifier
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.records.broker_template import BROKER_TEMPLATE

_TEMPLATE = Field(description="The layout to preview; default: that of the broker's record")
_EXPORT = Field(description="The planned export to preview; default: a sample entry")
_Template: Any = Annotated[group_schema(BROKER_TEMPLATE) | None, _TEMPLATE]
_Export: Any = Annotated[Identifier | None, _EXPORT]
PreviewTemplateBody = create_model(
    "PreviewBrokerTemplateBody",
    __base__=Body,
    __doc__="Both may be absent: then the saved layout is shown by a made-up entry.",
    template=(_Template, None),
    export_id=(_Export, None),
)


class BrokerTemplatePreview(TypedDict):
    """The first rows in the broker's layout."""

    filename: Annotated[str, Field(description="File name in a package")]
    mediaType: Annotated[str, Field(description="Content-Type of the document")]
    header: Annotated[list[str], Field(description="The broker's headers, in their order")]
    rows: Annotated[list[list[str]], Field(description="The cells of the first hundred rows")]
    rowCount: Annotated[int, Field(description="Number of rows of the whole document")]
    source: Annotated[str, Field(description="The export's ID, or sample for the sample entry")]
    contentBase64: Annotated[str, Field(description="The document with these rows, Base64")]


async def preview_template(exchange: Exchange) -> Response:
    """POST /api/brokers/{id}/template/preview: the layout's first rows, of an export or made up.

    Stores nothing. 400 names what is wrong with the layout, as saving it would.
    """
    broker_id = exchange.path_id("Broker not found.")
    request = preview_request(broker_id, await exchange.body(PreviewTemplateBody))
    found = await exchange.read(exchange.services.execution.PreviewBrokerTemplate, request)
    answer: BrokerTemplatePreview = {
        "filename": found.filename,
        "mediaType": found.media_type,
        "header": list(found.header),
        "rows": [list(row.cells) for row in found.rows],
        "rowCount": found.row_count,
        "source": found.source,
        "contentBase64": b64encode(found.content).decode(),
    }
    return json_answer(answer)


def preview_request(broker_id: str, body: Body) -> execution_pb2.PreviewBrokerTemplateRequest:
    """POST /api/brokers/{id}/template/preview: body to message."""
    return filled(execution_pb2.PreviewBrokerTemplateRequest(broker_id=broker_id), body)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/brokers/{id}/template/preview",
        handler=preview_template,
        tag="Setup",
        name="previewBrokerTemplate",
        summary="Show a broker's own layout",
        description="Checks the layout as saving it does, and makes its first rows; nothing is stored.",
        body=PreviewTemplateBody,
        answer=BrokerTemplatePreview,
        errors=(NotFound,),
        request_example=PREVIEW_TEMPLATE_REQUEST,
        answer_example=PREVIEW_TEMPLATE_ANSWER,
        path_parameters={"id": "Broker ID"},
    ),
)
