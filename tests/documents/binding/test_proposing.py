"""What the numbers of a circular are taken for: five offices' wordings, units and orders of rows, every number known."""

from collections import Counter

import pytest

from anju.documents.binding.proposing import ABSENT, CERTAIN, propose_paper
from anju.documents.checker.reading import read_paper
from tests.documents.binding.papers import JUNE, PAPERS, print_paper


def proposed(user, region, number):
    """(number, what it stands for, what is proposed) of one of the five."""
    known = print_paper(user, number)
    paper = read_paper(known.file, "通报.docx")
    made = propose_paper(user, paper, region, JUNE)
    numbers = list(paper.numbers())
    return known, numbers, made


def test_see(scope, ledger):
    import time
    for i in range(len(PAPERS)):
        known, numbers, made = proposed(scope, ledger, i)
        if len(numbers) != len(known.meant):
            print("COUNT", i, len(numbers), len(known.meant))
            for n, m in zip(numbers[:40], known.meant): print('  ',n.where, n.shown, m and (m.code,m.region,m.period))
            continue
        right = wrong = 0
        held=sum(m is not None for m in known.meant)
        states=Counter()
        for n, m in zip(numbers, known.meant):
            p = made.numbers[n.serial]
            states[p.state]+=1
            top = p.figures[0].meant if p.figures and p.state!=ABSENT else None
            if m is None:
                if p.state==CERTAIN: print("   FALSE", n.where, n.before, n.shown, p.figures[0].name)
                continue
            if top == m: right+=1
            else: print("   MISS", n.where, n.before, n.shown, p.state, [f.meant for f in p.figures[:2]], m)
        print(i, len(numbers), held, right, right/held, dict(states))
