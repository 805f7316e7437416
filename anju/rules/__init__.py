"""Rulebooks (规则书) and the engine that runs them. Pure: no Django, no clock, no random; dates come in as arguments."""
