"""What FHIR and CDA share: the words they are cleaned by, the moments, a result as a fact, and what gathers them."""
