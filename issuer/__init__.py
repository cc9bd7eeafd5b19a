"""The issuer: programmes, the record, sealing, status lists, pages, commands."""
