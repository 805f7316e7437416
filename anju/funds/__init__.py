"""Money's way (资金): quota documents and their lines, handed down from level to level and on to projects."""
