"""The language of rulebooks by number. A text that was stored is read and run under the number it was stored with, for ever; what became
stricter binds new texts only.

1: money took the unit that was declared for it.
2: money is converted by `to_unit` alone, percentages of money are divided by 100, subsidies and rents have `payable`, hidden characters and
   texts that are not NFC are refused, books have limits of depth and size.

What only adds a way of writing (edges of bands that are parameters, bands that refuse, truths, several regions, more operators) needs no number: an
older text that loads says none of it and means what it meant. What is only reminded of (`anju/rules/analysis/`) binds nobody.
"""

FIRST, LANGUAGE = 1, 2
