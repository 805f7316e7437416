"""What a browser and a worker do while a large file is read: the waiting page is looked at, the job is done, what waited is sent on."""

import re
from html import unescape

from anju.core.jobs import queue
from anju.core.models.job import Job

FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', re.DOTALL)
WAITING = "/jobs/waiting/"


def reading_jobs():
    return list(Job.objects.using("owner").filter(name="core.read_file").order_by("id"))


def do_jobs():
    """As the worker does."""
    for job in reading_jobs():
        if job.state == Job.State.WAITING:
            queue.run_job(job.pk)


def look(client, address):
    """As the waiting page does until it is the page that was asked for."""
    while (answer := client.get(address)).status_code == 202:
        do_jobs()
    return answer


def waiting_fields(page) -> tuple[str, dict[str, str]]:
    """Where the form of a page that has waited goes, and what it holds."""
    form = re.search(
        r'<form method="post" action="([^"]*)"[^>]*data-go-on>(.*?)</form>', page.content.decode(), re.DOTALL
    )
    return unescape(form[1]), {unescape(name): unescape(text) for name, text in FIELD.findall(form[2])}


def go_on(client, answer):
    """Until an act that was posted with a large file is done."""
    while answer.status_code == 302 and WAITING in answer["Location"]:
        address, fields = waiting_fields(look(client, answer["Location"]))
        answer = client.post(address, fields)
    return answer
