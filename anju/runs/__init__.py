"""Finding a rulebook by subject, region and date; binding its inputs to figures; stored runs, replay and what-if."""
