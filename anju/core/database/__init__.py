"""The database: helpers of migrations, frozen by version. A frozen file is never changed; what must differ goes into the next version."""
