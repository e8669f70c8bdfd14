"""A terminal monitor for several brokerage accounts: do the numbers add up, and if not, why not?"""

__version__ = "0.1.0"
