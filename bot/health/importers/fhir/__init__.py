"""FHIR R4: resources to facts, from a file or from a server."""
