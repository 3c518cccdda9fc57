"""The OpenAPI document, made once a process: that takes most of a second. Nobody changes it."""

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS

DOCUMENT = build_openapi(ENDPOINTS)
