"""Acts whose content leaves the house as a file, or comes back as one: the auditor's export, the offline workbook."""
