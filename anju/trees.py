"""One thread at a time inside libxml2: parsing and writing trees in several threads at once ended the process (lxml 6.1, seen twice in a
hundred sets of papers). What takes long, pandoc and typst, runs outside of it in processes of its own.
"""

import threading

TREES = threading.RLock()
