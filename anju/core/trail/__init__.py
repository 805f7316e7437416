"""The trail (留痕): one row an act, sealed into a chain that is checked offline."""
