"""What leaves a return and comes back: paper, offline workbook, scans, receivers' files, the auditor's archive."""
