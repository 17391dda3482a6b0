"""A theory in trouble: a claim whose check never ends, one that kills its process, and one that is simply right."""

import multiprocessing
import os

from entnorm.claims import Claim, Eq, Ge, Scalar, by, calc, ge
from entnorm.claims.theory import Page, Theory

x, y = Scalar("x"), Scalar("y")


class Deadly(Ge):
    """An inequality that nobody survives who looks at its left side in a worker."""

    @property
    def lhs(self):
        if multiprocessing.parent_process():
            os._exit(3)
        return self.args[0]


ENDLESS = Claim(
    "trouble.endless", Eq((x + y + 1) ** 10**6, 0), calc((x + y + 1) ** 10**6, (0 * x, by.algebra), (0, by.algebra))
)
DEADLY = Claim("trouble.deadly", Deadly(x**2, 0), calc(x**2, ge(0, by.sign)))
RIGHT = Claim("trouble.right", Eq(x + y, y + x), calc(x + y, (y + x, by.algebra)))
DEPENDENT = Claim("trouble.dependent", Eq(x + y, y + x), calc(x + y, (y + x, by.algebra(ENDLESS))), defined=(ENDLESS,))
THEORY = Theory("Trouble", (Page("trouble", "", (ENDLESS, DEADLY, RIGHT, DEPENDENT)),))
