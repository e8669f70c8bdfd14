"""What README and docs/ show of the program is made by it: pictures, keys, columns, filter fields.

`python -m tests.docs` writes the tables anew, `python -m tests.docs.pictures` the pictures.
"""
