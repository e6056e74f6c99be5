"""The archive: records, schema, migrations, ledger, captures."""
