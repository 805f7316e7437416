"""Tables declared as data: any measures as columns, regions, tasks, measures, periods, members of a dimension or a ledger's records as rows."""
