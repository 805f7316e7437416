"""Places as folders of data, and the five published ones that ship as a demonstration."""
