"""Money's way: quotas from the paper to the project."""

BAND = "ledgers"
PREFIXES = ("funds/",)
NAVIGATION = ({"order": 33, "label": "资金", "url": "funds:quotas", "permission": "funds.see", "guide": "funds"},)
REMINDERS = ("anju.funds.reminders:quota_reminders",)
DEMO = ("anju.funds.demo:FUNDS",)
SUBJECTS = ("anju.funds.subjects:QUOTAS",)
