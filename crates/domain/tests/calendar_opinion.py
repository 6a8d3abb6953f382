"""Prints 10,000 lines "anchor months expected-date" for the seed that it is given, as dateutil works them out."""

import random
import sys
from calendar import monthrange
from datetime import datetime

from dateutil.relativedelta import relativedelta

CASES = 10_000


def anchor(chance):
    """Half of them at the end of a month, for that is where opinions differ."""
    year, month = chance.randint(1900, 2199), chance.randint(1, 12)
    last = monthrange(year, month)[1]
    day = chance.randint(28, last) if chance.random() < 0.5 else chance.randint(1, last)
    return datetime(year, month, day, chance.randrange(24), chance.randrange(60), chance.randrange(60))


def months(chance):
    """Mostly what a subscription lives to see."""
    return chance.randint(0, 60) if chance.random() < 0.8 else chance.randint(-1200, 9600)


def main(seed):
    chance = random.Random(seed)
    for _ in range(CASES):
        begun, later = anchor(chance), months(chance)
        expected = begun.date() + relativedelta(months=later)
        print(begun.isoformat(), later, expected.isoformat())


main(int(sys.argv[1]))
