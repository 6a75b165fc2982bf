"""HL7 CDA: C-CDA R2.1 and the French CR-BIO, as entries of their sections."""
