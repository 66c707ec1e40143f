"""The register: incidents, their revisions, and what each revision says was harmed."""
