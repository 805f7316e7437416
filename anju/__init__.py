"""Anju 安居: urban affordable housing (城镇保障性安居工程) from one ledger: facts → rules → documents."""
