"""The console: what people see of the gateway in a browser.

A client of the services like the REST routes: it validates with their schemas, asks with their mapping and
decides nothing. Every page works without its script. A page module lists its pages in `PAGES`; `site` puts
the door, the session and the check of origin in front of them.
"""
