"""Tables of the ground: regions, people, kept files, the trail, jobs."""
