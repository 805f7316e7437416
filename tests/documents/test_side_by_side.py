"""Many papers at once, as many users ask for them: in a process of its own, for what goes wrong ends the process."""

import os
import subprocess
import sys

import pytest

WRITE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from anju.documents.layout.markup import parse_article, serialise_article
from anju.documents.writers.formats import write_formats
rows = "".join(f"<tr><td>{n}县</td><td>{n * 7}</td></tr>" for n in range(60))
table = f"<table><thead><tr><th>地区</th><th>套</th></tr></thead><tbody>{rows}</tbody></table>"
text = f'<article class="official"><h1>示例通报</h1><p>{"各县按期完成。" * 40}</p><section class="annex"><h1>附表</h1>{table}</section></article>'
with ThreadPoolExecutor(4) as pool:
    told = list(pool.map(lambda _: len(write_formats(text, ("docx", "pdf", "xlsx", "html"), "示例")), range(int(sys.argv[1]))))
    same = list(pool.map(lambda _: serialise_article(parse_article(text)), range(400)))
assert set(told) == {4} and len(set(same)) == 1
"""


@pytest.mark.processes
def test_papers_written_in_several_threads_end_no_process():
    sets = os.environ.get("ANJU_KILLS", "40")  # `make soak` writes many more
    done = subprocess.run([sys.executable, "-c", WRITE, sets], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
