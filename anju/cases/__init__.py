"""Close-out ledgers (台账与销号): one case for each subject, from the day it is entered until it is closed out. Knows no ledger itself."""
